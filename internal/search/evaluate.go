package search

// Evaluation sums up how well queries were answered (Manning, Raghavan, Schütze 2008,
// chapter 8). The zero value is ready.
type Evaluation struct {
	queries                       int
	map1, map5, mrr, hit10, hit50 float64
}

// Add takes the answers to one query: for each, the best first, whether it is right,
// and how many right ones there are in all.
func (e *Evaluation) Add(right []bool, all int) {
	e.queries++
	e.map1 += averagePrecision(right, all, 1)
	e.map5 += averagePrecision(right, all, 5)
	for i, ok := range right {
		if !ok {
			continue
		}
		e.mrr += 1 / float64(i+1)
		if i < 10 {
			e.hit10++
		}
		if i < 50 {
			e.hit50++
		}
		return
	}
}

func averagePrecision(right []bool, all, depth int) float64 {
	var sum float64
	found := 0
	for i, ok := range right[:min(len(right), depth)] {
		if ok {
			found++
			sum += float64(found) / float64(i+1)
		}
	}
	if all == 0 {
		return 0
	}
	return sum / float64(min(all, depth))
}

// Figures are means over all queries, 0 to 1: average precision at 1 and 5, reciprocal
// rank, and the share with a right answer among the first 10 and 50.
type Figures struct {
	Queries                       int
	MAP1, MAP5, MRR, Hit10, Hit50 float64
}

// Figures gives the means.
func (e *Evaluation) Figures() Figures {
	n := float64(max(1, e.queries))
	return Figures{e.queries, e.map1 / n, e.map5 / n, e.mrr / n, e.hit10 / n, e.hit50 / n}
}

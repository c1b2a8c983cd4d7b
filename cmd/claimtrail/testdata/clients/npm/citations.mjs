// Reads the citations of every claim as a reference manager does. The three
// forms give the same works: as many as the claim has sources, and its own page.
import { plugins } from '@citation-js/core'
import '@citation-js/plugin-bibtex'
import '@citation-js/plugin-csl'
import '@citation-js/plugin-ris'
import { check, claims, finish, json, text } from './site.mjs'

// By itself the reader takes BibTeX for what it was in 1988, which has neither
// URLs nor whole dates; reference managers ask for biblatex.
const forms = { bib: '@biblatex/text', ris: '@ris/file', 'csl.json': '@csl/list+object' }

/** What has to be the same in every form. */
const work = (item) => ({ title: item.title, url: item.URL ?? '', year: item.issued?.['date-parts']?.[0]?.[0] ?? null })

const parse = async (form, body) => {
  const input = form === 'csl.json' ? JSON.parse(body) : body
  return plugins.input.chain(input, { forceType: forms[form], generateGraph: false })
}

/** The page of the newest revision as the log has it. */
const documentOf = async (claim) => json(`${claim}.json`)

const all = await claims()
let works = 0
for (const claim of all) {
  const { content } = await documentOf(claim)
  const sources = new Set(content.sources.map((s) => s.id)).size
  const read = {}
  for (const form of Object.keys(forms)) {
    read[form] = (await parse(form, await text(`${claim}/cite.${form}`))).map(work)
    check(read[form].length === sources + 1, `${claim}/cite.${form}: ${read[form].length} works of ${sources} sources`)
  }
  for (const form of ['bib', 'ris']) {
    for (const [i, w] of read['csl.json'].entries()) {
      check(JSON.stringify(read[form][i]) === JSON.stringify(w), `${claim}: in cite.${form} ${JSON.stringify(read[form][i])}, in CSL-JSON ${JSON.stringify(w)}`)
    }
  }
  const own = read['csl.json'][0]
  check(own.url.startsWith(claim) && own.title.includes(content.claim.text.slice(0, 20)), `${claim}: the first work is ${JSON.stringify(own)}`)
  works += read['csl.json'].length
}
finish({ claims: all.length, works })

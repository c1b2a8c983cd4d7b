package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// pictureStyle gives the graph its colours where no stylesheet reaches it, light
// and dark.
const pictureStyle = `svg{font-family:sans-serif;background:#fff;--i:#1b1a17;--s:#5d584f;--l:#ddd7ca;--g:#1c6b47;--m:#7d5400;--b:#9c2428}` +
	`@media(prefers-color-scheme:dark){svg{background:#1c1e21;--i:#eae7e0;--s:#a8a296;--l:#34363b;--g:#7fd0a6;--m:#e5bd6a;--b:#f09a9c}}` +
	`text{fill:var(--i);font-size:13px}.t2{fill:var(--s);font-size:11.5px}rect{fill:none;stroke:var(--l)}path{fill:none;stroke:var(--s);stroke-width:1.4}` +
	`.established{stroke:var(--g);stroke-width:2}.unassessed{stroke:var(--m);stroke-width:2;stroke-dasharray:5 4}.circle,.bad{stroke:var(--b);stroke-width:2}`

// drawn is the style element of a picture that stands alone. The style is ours,
// a constant.
func drawn(style string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<style>"+style+"</style>")
		return err
	})
}

// Reads the feeds of rulings and corrections in both forms.
import { parseFeed } from 'feedsmith'
import { check, finish, text } from './site.mjs'

const feeds = ['/feeds/claims', '/feeds/corrections', '/feeds/claims?topic=treaties', '/feeds/claims?rating=retracted']
const inForm = (feed, form) => feed.replace(/(\?|$)/, `.${form}$1`)

/** The same of an entry, whatever the form. */
const ofAtom = (e) => ({
  id: e.id, url: e.links[0].href, title: e.title.value, html: e.content.value, published: e.published, updated: e.updated, tags: (e.categories ?? []).map((c) => c.term)
})
const ofJSON = (e) => ({
  id: e.id, url: e.url, title: e.title, html: e.content_html ?? e.content_text, published: e.date_published, updated: e.date_modified, tags: e.tags ?? []
})

const findings = {}
for (const address of feeds) {
  const atom = parseFeed(await text(inForm(address, 'atom')))
  const json = parseFeed(await text(inForm(address, 'json')))
  check(atom.format === 'atom' && json.format === 'json', `${address}: taken for ${atom.format} and ${json.format}`)
  const entries = atom.feed.entries.map(ofAtom)
  check(JSON.stringify(entries) === JSON.stringify(json.feed.items.map(ofJSON)), `${address}: Atom and JSON differ`)
  check(atom.feed.id && atom.feed.title.value === json.feed.title && atom.feed.updated === entries[0].updated, `${address}: id, title or date of the feed`)
  for (const [i, e] of entries.entries()) {
    check(e.id && e.url && e.title && e.html, `${address}, entry ${i}: it lacks something: ${JSON.stringify(e)}`)
    check(Date.parse(e.published) <= Date.parse(e.updated), `${address}, entry ${i}: published ${e.published}, updated ${e.updated}`)
    check(i === 0 || e.updated <= entries[i - 1].updated, `${address}, entry ${i}: newer than the one before`)
  }
  findings[address] = entries.length
}
finish(findings)

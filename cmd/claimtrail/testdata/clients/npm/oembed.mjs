// Embeds every claim as a site does that knows only the address of its page: it
// finds the provider in the page, asks it, and takes what it says at its word.
import { extract } from '@extractus/oembed-extractor'
import { DOMParser } from 'linkedom'
import { check, claims, finish, page, read } from './site.mjs'

const limits = [{}, { maxwidth: 320 }, { maxheight: 200 }, { maxwidth: 280, maxheight: 90 }, { maxwidth: 5000, maxheight: 5000 }]
const members = ['version', 'type', 'title', 'provider_name', 'provider_url', 'cache_age', 'html', 'width', 'height']
const thumbnail = ['thumbnail_url', 'thumbnail_width', 'thumbnail_height']

/** What the markup says of the frame that it brings along. */
const frameOf = (html) => {
  const frame = new DOMParser().parseFromString(`<!doctype html><body>${html}</body>`, 'text/html').querySelector('iframe')
  return frame && { width: Number(frame.getAttribute('width')), height: Number(frame.getAttribute('height')), title: frame.getAttribute('title') }
}

const within = (size, limit) => Number.isInteger(size) && size > 0 && size <= (limit ?? Infinity)

const checkAnswer = (answer, asked, of) => {
  check(answer.method === 'auto-discovery', `${of}: not found through its page`)
  for (const m of members) check(answer[m], `${of}: no ${m}`)
  check(answer.version === '1.0' && answer.type === 'rich', `${of}: version ${answer.version}, type ${answer.type}`)
  const frame = frameOf(answer.html)
  check(frame?.title, `${of}: the frame has no title`)
  for (const size of [answer, frame]) {
    check(within(size?.width, asked.maxwidth) && within(size?.height, asked.maxheight), `${of}: ${size?.width} × ${size?.height} for ${JSON.stringify(asked)}`)
  }
  const has = thumbnail.filter((m) => m in answer)
  check(has.length === 0 || has.length === thumbnail.length, `${of}: of the picture it gives only ${has}`)
  check(has.length === 0 || (within(answer.thumbnail_width, asked.maxwidth) && within(answer.thumbnail_height, asked.maxheight)), `${of}: the picture is too large for ${JSON.stringify(asked)}`)
}

/** Reads the XML that the page offers; it says what the JSON says. */
const checkXML = async (claim, answer) => {
  const link = (await page(claim)).querySelector('link[type="text/xml+oembed"]')?.getAttribute('href')
  const got = await read(link)
  check(got.headers.get('content-type').startsWith('text/xml'), `${link}: ${got.headers.get('content-type')}`)
  const root = new DOMParser().parseFromString(await got.text(), 'text/xml').documentElement
  check(root.localName === 'oembed', `${link}: the root is ${root.localName}`)
  const said = Object.fromEntries([...root.children].map((e) => [e.localName, e.textContent]))
  for (const [name, value] of Object.entries(answer)) {
    if (name !== 'method') check(said[name] === String(value), `${link}: ${name} is ${said[name]}, in JSON ${value}`)
  }
}

const all = await claims()
for (const claim of all) {
  for (const asked of limits) checkAnswer(await extract(claim, asked), asked, claim)
  await checkXML(claim, await extract(claim))
}
const picture = (await extract(all[0])).thumbnail_url
check(Buffer.from(await (await read(picture)).arrayBuffer()).subarray(1, 4).toString() === 'PNG', `${picture} is no picture`)
finish({ claims: all.length, answers: all.length * (limits.length + 2) })

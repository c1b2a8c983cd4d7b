// Holds pages against the rules of HTML, as html-validate knows them.
import { HtmlValidate } from 'html-validate'
import { check, claims, finish, text } from './site.mjs'

const rules = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y', 'html-validate:document'],
  elements: ['html5'],
  rules: {
    // Hashes guard against what other people's servers send: these files are our
    // own, under addresses that contain their hash. The rule wants one of
    // rel=canonical as well.
    'require-sri': 'off',
    // A box that scrolls sideways takes the role so that keyboards reach it; it
    // begins no section of the page.
    'prefer-native-element': ['error', { exclude: ['region'] }]
  }
})
const all = (await claims()).map((c) => new URL(c).pathname)
const pages = [
  '/', '/claims', '/claims?rating=unproven', '/corrections', '/disputes', '/methodology', '/log',
  ...all, ...all.map((c) => `/embed${c}`), ...all.map((c) => `/embed${c}?rev=1&theme=dark&lang=ru`),
  ...['/embed', '/cite', '/revisions', '/revisions/1'].map((p) => all[0] + p)
]
for (const page of pages) {
  const report = await rules.validateString(await text(page))
  for (const m of report.results.flatMap((r) => r.messages)) check(false, `${page}:${m.line}:${m.column} ${m.ruleId}: ${m.message} (${m.selector})`)
}
finish({ pages: pages.length })

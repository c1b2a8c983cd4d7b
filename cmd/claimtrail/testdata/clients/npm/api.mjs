// Holds the API against its own description: the description against the rules
// of OpenAPI 3.1, and what every GET answers against the schema that is promised.
import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { base, check, finish, json } from './site.mjs'

const description = await json('/api/openapi.json')
const validator = new Validator()
const verdict = await validator.validate(structuredClone(description))
check(verdict.valid && validator.version === '3.1', `the description, version ${validator.version}: ${JSON.stringify(verdict.errors)?.slice(0, 500)}`)

// Descriptions have keywords of OpenAPI beside those of JSON Schema.
const ajv = new Ajv({ strict: false, allErrors: true })
formats(ajv)
ajv.addSchema(description, 'description')

const pointer = (...steps) => '/' + steps.map((s) => encodeURIComponent(s.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')

/** The first faults in words. */
const said = (validate) => ajv.errorsText(validate.errors?.slice(0, 3), { dataVar: 'the answer' })

const gets = Object.entries(description.paths).filter(([, item]) => item.get)
const needsToken = (operation) => (operation.security ?? description.security ?? []).length > 0

/** Asks, and holds status, type and body against what the operation promises. */
const ask = async (path, address) => {
  const answer = await fetch(new URL(address, base))
  const type = answer.headers.get('content-type').split(';')[0]
  const body = await answer.json()
  const { responses } = description.paths[path].get
  const status = String(answer.status) in responses ? String(answer.status) : 'default'
  const known = responses[status]?.content?.[type]?.schema
  check(known, `${address}: ${answer.status} as ${type} is not described`)
  if (known) {
    const fits = ajv.compile({ $ref: 'description#' + pointer('paths', path, 'get', 'responses', status, 'content', type, 'schema') })
    check(fits(body), `${address}: ${said(fits)}`)
  }
  return { status: answer.status, body }
}

const itemsOf = (body) => (Array.isArray(body) ? body : Object.values(body ?? {}).find(Array.isArray)) ?? []

/** Fills in a path's parameters from the lists that stand above them. */
const addresses = async (path) => {
  const at = path.search(/\/\{/)
  if (at < 0) return [path]
  const [, name] = /^\/\{(\w+)\}/.exec(path.slice(at))
  const { body } = await ask(listOf(path.slice(0, at)), path.slice(0, at))
  const filled = itemsOf(body).map((item) => path.replace(`{${name}}`, encodeURIComponent(item[name] ?? item.id)))
  return (await Promise.all(filled.map(addresses))).flat()
}

/** The path of the description that an address is of. */
const listOf = (address) => gets.map(([path]) => path).find((path) => new RegExp('^' + path.replace(/\{\w+\}/g, '[^/]+') + '$').test(address))

let answers = 0
for (const [path, { get }] of gets) {
  if (needsToken(get)) {
    const { status } = await ask(path, path.replace('{number}', '1').replace(/\{\w+\}/g, 'zzzzzzzz'))
    check(status === 401, `${path} without a token: ${status}`)
    answers++
    continue
  }
  const some = await addresses(path)
  check(some.length > 0, `${path}: nothing to ask for`)
  for (const address of some) {
    const { status } = await ask(path, address)
    check(status === 200, `${address}: ${status}`)
    answers++
  }
  if (path.includes('{id}')) {
    const { status } = await ask(path, path.replace('{number}', '1').replace(/\{\w+\}/g, 'zzzzzzzz'))
    check(status === 404, `${path} of what does not exist: ${status}`)
  }
}
check(gets.length > 0, 'the description has no GET')
finish({ operations: gets.length, answers })

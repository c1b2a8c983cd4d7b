// What the programs of this folder share: reading the site, and saying at the
// end what they found.
import { DOMParser } from 'linkedom'

export const base = (process.argv[2] ?? '').replace(/\/$/, '')

const faults = new Set()

process.on('uncaughtException', (error) => {
  console.error([...faults, error.cause ?? error].map((e) => e.message ?? e).join('\n'))
  process.exit(1)
})

/** Notes a fault unless the condition holds. */
export const check = (holds, fault) => holds || faults.add(fault)

/** Prints the findings, or the faults and fails. */
export const finish = (findings) => {
  if (faults.size) {
    console.error([...faults].join('\n'))
    process.exit(1)
  }
  console.log(JSON.stringify(findings))
}

/** Reads an address of the site; anything but 200 ends the program. */
export const read = async (address) => {
  const url = new URL(address, base)
  const answer = await fetch(url)
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`)
  return answer
}

export const text = async (address) => (await read(address)).text()
export const json = async (address) => (await read(address)).json()
export const page = async (address) => new DOMParser().parseFromString(await text(address), 'text/html')

/** The pages of all published claims. */
export const claims = async () => (await json('/feeds/claims.json')).items.map((item) => item.url)

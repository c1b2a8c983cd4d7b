// Package kb holds the words of the trade: claims, appearances, sources,
// evidence, rulings, the rules of their fields, the workflow table, the gates
// of house policy and the kinds of errors. It uses the standard library only,
// does no I/O and must not know how anything is stored or shown.
package kb

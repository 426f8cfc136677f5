// Every factor of the rulebook, held against another implementation of UCUM.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createRequire } from 'node:module'

const { UcumLhcUtils } = createRequire(import.meta.url)('@lhncbc/ucum-lhc')
const oracle = UcumLhcUtils.getInstance()
const { analytes, drugs, molarMasses } = JSON.parse(readFileSync(process.env.TRABECULA_UNITS))

// A printed factor of four digits is off by half of its last one at most.
const MOLAR_TOLERANCE = 6e-4
const UCUM = { IU: '[IU]', ug: 'ug', mg: 'mg' }
// The oracle converts no arbitrary unit, not even into a thousandth of itself: amounts stand for them.
const plainly = (unit) => unit.replace('[IU]', 'mol')
const number = ([numerator, denominator]) => Number(numerator) / Number(denominator)
const close = (ours, theirs, tolerance, what) =>
  assert.ok(Math.abs(ours / theirs - 1) <= tolerance, `${what}: ${ours}, and by the oracle ${theirs}`)

test('every unit is UCUM, and every factor between units of one analyte agrees', () => {
  let compared = 0
  for (const [analyte, units] of Object.entries(analytes)) {
    const [first, ...others] = Object.keys(units)
    for (const unit of [first, ...others]) assert.equal(oracle.validateUnitString(unit).status, 'valid', unit)
    for (const unit of others) {
      const ours = number(units[unit]) / number(units[first])
      const plain = oracle.convertUnitTo(plainly(first), 1, plainly(unit))
      const found = plain.status === 'succeeded' ? plain : oracle.convertUnitTo(first, 1, unit, { molecularWeight: molarMasses[analyte] })
      assert.equal(found.status, 'succeeded', `${analyte} ${first} to ${unit}: ${found.msg}`)
      close(ours, found.toVal, plain.status === 'succeeded' ? 1e-9 : MOLAR_TOLERANCE, `${analyte} ${first} to ${unit}`)
      compared += 1
    }
  }
  assert.ok(compared >= 25, `${compared} factors`)
})

test('doses convert as UCUM says, except that an international unit is what its own substance makes it', () => {
  for (const [drug, units] of Object.entries(drugs)) {
    const [first, ...others] = Object.keys(units)
    for (const unit of others) {
      const found = oracle.convertUnitTo(UCUM[first], 1, UCUM[unit])
      if ([first, unit].includes('IU')) assert.notEqual(found.status, 'succeeded', drug)
      else close(number(units[unit]) / number(units[first]), found.toVal, 1e-9, `${drug} ${first} to ${unit}`)
    }
  }
})

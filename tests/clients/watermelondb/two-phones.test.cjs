// The story of two phones of one man. Each step builds on the one before; the names say what must hold.
'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Phone } = require('./phone.cjs')

const server = { url: process.env.TRABECULA_URL, token: process.env.TRABECULA_TOKEN }
const LAB = {
  analyte: 'estradiol', value: '24.0', unit: 'pg/mL', collected_at: '2026-10-01T08:10:00+02:00', zone: 'Europe/Berlin',
}
const DOSE = { drug: 'anastrozole', kind: 'taken', amount: '0.5 mg', zone: 'Europe/Berlin' }
const dose = (number) => ({ ...DOSE, taken_at: new Date(Date.UTC(2024, 0, 1) + number * 7_200_000).toISOString() })

test('two phones', async (t) => {
  const one = new Phone('one', server)
  const two = new Phone('two', server)
  let lab

  await t.test('what one phone creates offline, the other finds after both have synced', async () => {
    lab = (await one.create('lab_results', LAB)).id
    assert.match(lab, /^[A-Za-z0-9]{16}$/)
    await one.sync()
    await two.sync()
    const row = (await two.rows('lab_results'))[lab]
    assert.equal(row.value, '24.0')
    assert.equal(row._status, 'synced')
    assert.match(row.printed, /24\.0 pg\/mL/)
    assert.equal(Object.keys(await two.rows('evaluations')).length > 0, true)
  })

  await t.test('an edit is a new version under the same id, and the earlier one stays readable', async () => {
    await two.edit('lab_results', lab, { value: '<5' })
    await two.sync()
    await one.sync()
    assert.equal((await one.rows('lab_results'))[lab].value, '<5')
    const versions = Object.values(await one.rows('lab_result_versions'))
    assert.deepEqual(versions.map((row) => [row.lab_result_id, row.value]), [[lab, '24.0']])
  })

  await t.test('a conflict stores nothing, loses nothing, and is over after the next sync', async () => {
    await two.sync()
    await one.edit('lab_results', lab, { value: '6' })
    await one.interrupted(async () => {
      await two.edit('lab_results', lab, { value: '7', laboratory: 'Invented Laboratory' })
      await two.sync()
    })
    await assert.rejects(one.sync(), (refused) => refused.status === 409 && refused.problem.type === '/problems/sync-conflict')
    assert.equal((await one.rows('lab_results'))[lab].value, '6')
    await one.sync()
    await two.sync()
    const row = (await two.rows('lab_results'))[lab]
    assert.equal(row.value, '6')
    assert.equal(row.laboratory, 'Invented Laboratory')
    assert.deepEqual((await one.rows('lab_results'))[lab].value, '6')
  })

  await t.test('a row deleted on one phone is gone on the other, with its versions', async () => {
    await two.remove('lab_results', lab)
    await two.sync()
    await one.sync()
    assert.deepEqual(await one.rows('lab_results'), {})
    assert.deepEqual(await one.rows('lab_result_versions'), {})
  })

  await t.test('an unpushed edit of a row that was deleted elsewhere does not bring it back', async () => {
    const other = (await one.create('lab_results', LAB)).id
    await one.sync()
    await two.sync()
    await one.edit('lab_results', other, { value: '30' })
    await two.remove('lab_results', other)
    await two.sync()
    await one.sync()
    await two.sync()
    assert.deepEqual(await one.rows('lab_results'), {})
    assert.deepEqual(await two.rows('lab_results'), {})
  })

  await t.test('created and deleted before the first sync leaves nothing', async () => {
    const gone = (await one.create('dose_events', dose(0))).id
    await one.remove('dose_events', gone)
    await one.sync()
    await two.sync()
    assert.deepEqual(await two.rows('dose_events'), {})
  })

  await t.test('a rejected row waits on its phone until it is mended, and holds up nobody', async () => {
    const poison = (await one.create('dose_events', { ...dose(1), amount: '0,5 mg' })).id
    const good = (await one.create('dose_events', dose(2))).id
    await one.sync()
    const [refused] = one.rejected.dose_events
    assert.equal(refused.id, poison)
    assert.equal(refused.code, 'value-comma')
    assert.equal(refused.pointer, '/amount')
    assert.equal((await one.rows('dose_events'))[poison]._status, 'created')
    await two.sync()
    assert.deepEqual(Object.keys(await two.rows('dose_events')), [good])
    await one.edit('dose_events', poison, { amount: '0.5 mg' })
    await one.sync()
    assert.deepEqual(one.rejected, {})
    await two.sync()
    assert.equal((await two.rows('dose_events'))[poison].amount, '0.5 mg')
  })

  await t.test('a regimen that is deleted comes back ended', async () => {
    const plan = { drug: 'anastrozole', dose: '0.5 mg', reason: 'breast tenderness', schedule: '{"kind": "every", "days": "3.5"}', starts_on: '2026-05-01' }
    const regimen = (await one.create('regimens', plan)).id
    await one.sync()
    await one.remove('regimens', regimen)
    await one.sync()
    await one.sync()
    const row = (await one.rows('regimens'))[regimen]
    assert.equal(row.end_reason, 'deleted-on-phone')
    assert.match(row.ends_on, /^\d{4}-\d\d-\d\d$/)
  })

  await t.test('preferences are one row, edited in place', async () => {
    const [id] = Object.keys(await one.rows('preferences'))
    await one.edit('preferences', id, { preferred_hour: 10 })
    await one.sync()
    await two.sync()
    assert.equal((await two.rows('preferences'))[id].preferred_hour, 10)
  })

  await t.test('10,000 rows go up in one push and come down in one pull', async () => {
    await one.createMany('dose_events', Array.from({ length: 10_000 }, (_, number) => dose(number + 10)))
    await one.sync()
    assert.deepEqual(one.rejected, {})
    await two.sync()
    assert.equal(Object.keys(await two.rows('dose_events')).length, 10_002)
    const reinstalled = new Phone('three', server)
    await reinstalled.sync()
    assert.equal(Object.keys(await reinstalled.rows('dose_events')).length, 10_002)
  })
})

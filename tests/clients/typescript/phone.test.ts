// A phone as an app developer builds one: types made from the document of the running server, and openapi-fetch.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

type Problem = components['schemas']['Problem']

const { TRABECULA_URL: url, TRABECULA_EMAIL: email, TRABECULA_PASSWORD: password } = process.env
assert(url && email && password)

/** One device: it signs in, keeps its tokens, and sends the access token from then on. */
async function signedIn () {
  const client = createClient<paths>({ baseUrl: url! })
  const { data, error, response } = await client.POST('/api/v1/auth/login', { body: { email: email!, password: password! } })
  // 202 is another step, and has no tokens: the types tell the two apart by what is in `meta`.
  assert(data && 'access_token' in data.meta && 'refresh_token' in data.meta, `${response.status} ${error?.detail}`)
  const { access_token: access, refresh_token: refresh } = data.meta
  assert(access && refresh)
  client.use({ onRequest: ({ request }) => { request.headers.set('Authorization', `Bearer ${access}`) } })
  return { client, refresh }
}

const reported = {
  analyte: 'estradiol', value: '24.0', unit: 'pg/mL', collected_at: '2026-10-01T08:10:00+02:00', zone: 'Europe/Berlin'
}
const estradiol = { ...reported, client_id: 'draw-1' } satisfies components['schemas']['LabRequest']

/** What went wrong, by the stable names that a program may rely on. */
const why = (problem: Problem | undefined) => [problem?.type, problem?.errors?.map((issue) => issue.code)]

test('his first lab is stored once, and read back digit for digit', async () => {
  const { client } = await signedIn()
  const opened = await client.POST('/api/v1/profile', {
    body: { name: 'Adam Invented', birth_date: '1980-05-04', zone: 'Europe/Berlin' }
  })
  assert.equal(opened.response.status, 201)

  const sent = { body: estradiol, params: { header: { 'Idempotency-Key': 'first-lab' } } }
  const stored = await client.POST('/api/v1/labs', sent)
  assert(stored.data)
  assert.equal(stored.data.lab.value, '24.0')
  assert.equal(stored.data.lab.status, 'standing')
  const again = await client.POST('/api/v1/labs', sent)
  assert.equal(again.response.headers.get('Idempotent-Replayed'), 'true')
  assert.deepEqual(again.data?.lab, stored.data.lab)

  const { data } = await client.GET('/api/v1/labs', { params: { query: { analyte: 'estradiol', from: '2026-09-01' } } })
  assert.deepEqual(data?.results.map((lab) => [lab.value, lab.unit, lab.printed]), [
    ['24.0', 'pg/mL', stored.data.lab.printed]
  ])
  assert.equal(data.next, null)
})

test('the home screen has the series to draw, and an unchanged day costs a 304', async () => {
  const { client } = await signedIn()
  const { data: home, response } = await client.GET('/api/v1/home')
  assert(home)
  assert(home.verdict.words)
  const drawn = home.series.segments.flatMap((segment) => segment.points)
  assert.deepEqual(drawn.map((point) => [point.value, point.unit]), [['24.0', 'pg/mL']])

  const tag = response.headers.get('ETag')
  assert(tag)
  const unchanged = await client.GET('/api/v1/home', { params: { header: { 'If-None-Match': tag } } })
  assert.equal(unchanged.response.status, 304)
})

test('a problem is handled by its type and codes, and its words are shown in his language', async () => {
  const { client } = await signedIn()
  const conflict = await client.POST('/api/v1/labs', { body: { ...estradiol, value: '31.0' } })
  assert.deepEqual(why(conflict.error), ['/problems/conflict', ['client-id-taken']])

  const header = { 'Accept-Language': 'de' }
  const unseen = await client.DELETE('/api/v1/labs/{key}', { params: { path: { key: 'draw-1' }, header } })
  assert.deepEqual(why(unseen.error), ['/problems/precondition-required', ['if-match-missing']])
  assert.match(unseen.error?.title ?? '', /Fassung/)
  const stale = await client.DELETE('/api/v1/labs/{key}', { params: { path: { key: 'draw-1' }, header: { 'If-Match': '"0"' } } })
  assert.deepEqual(why(stale.error), ['/problems/precondition', ['version-changed']])

  const refused = await client.POST('/api/v1/labs', { body: { ...estradiol, client_id: 'draw-2', value: '24,0' } })
  assert.deepEqual(refused.error?.errors?.map((issue) => [issue.pointer, issue.code]), [['/value', 'value-comma']])
})

test('a push of what was changed elsewhere is told apart, with the rows of the server', async () => {
  const { client } = await signedIn()
  const { data: pulled } = await client.GET('/api/v1/sync', { params: { query: { last_pulled_at: 0 } } })
  const row = pulled?.changes.lab_results?.updated?.find((lab) => lab.id === 'draw-1')
  assert(row)
  const { client: other } = await signedIn()
  const corrected = await other.PUT('/api/v1/labs/{key}', {
    params: { path: { key: 'draw-1' }, header: { 'If-Match': '*' } }, body: { ...reported, value: '25.0' }
  })
  assert.equal(corrected.response.status, 200, JSON.stringify(corrected.error))

  const pushed = await client.POST('/api/v1/sync', {
    params: { query: { last_pulled_at: pulled?.timestamp } },
    body: { lab_results: { created: [], updated: [{ id: 'draw-1', value: '26.0' }], deleted: [] } }
  })
  assert.equal(pushed.error?.type, '/problems/sync-conflict')
  assert(pushed.error?.changes)
})

test('what the server would refuse does not compile', async () => {
  const { client } = await signedIn()
  // @ts-expect-error  a result has a unit
  const missing = await client.POST('/api/v1/labs', { body: { analyte: 'estradiol', value: '24.0', collected_at: '2026-10-01' } })
  assert.deepEqual(missing.error?.errors?.map((issue) => issue.pointer), ['/unit'])
})

test('a device that was signed out is out at once, and its refresh token too', async () => {
  const { client } = await signedIn()
  const { client: lost, refresh } = await signedIn()
  const { data: devices } = await lost.GET('/api/v1/auth/sessions')
  const gone = devices?.data.find((device) => device.is_current)
  assert(gone)
  const ended = await client.DELETE('/api/v1/auth/sessions', { body: { sessions: [gone.id] } })
  assert.equal(ended.response.status, 200)

  const out = await lost.GET('/api/v1/home')
  assert.deepEqual([out.response.status, out.error?.type], [401, '/problems/not-signed-in'])
  const dead = await lost.POST('/api/v1/tokens/refresh', { body: { refresh_token: refresh } })
  assert.deepEqual([dead.response.status, dead.error?.type], [401, '/problems/not-signed-in'])
  assert((await client.GET('/api/v1/home')).data)
})

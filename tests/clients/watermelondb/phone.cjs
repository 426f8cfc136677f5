// A phone as an app developer builds one: the stock client, its in-memory adapter, and two fetches.
'use strict'

const { Database, Model, appSchema, tableSchema } = require('@nozbe/watermelondb')
const LokiJSAdapter = require('@nozbe/watermelondb/adapters/lokijs').default
const { synchronize } = require('@nozbe/watermelondb/sync')
const { LokiMemoryAdapter } = require('lokijs')

const text = (name) => ({ name, type: 'string', isOptional: true })
const flag = (name) => ({ name, type: 'boolean', isOptional: true })
const number = (name) => ({ name, type: 'number', isOptional: true })

// Not every table of the contract: a table that the phone does not have is skipped by the client.
const TABLES = {
  lab_results: [
    ...['analyte', 'value', 'unit', 'collected_at', 'precision', 'zone', 'method', 'laboratory'].map(text),
    ...['range_low', 'range_high', 'lloq', 'confirmed_reason', 'printed', 'method_evidence'].map(text),
    ...['unit_confirmed', 'biotin', 'fasting', 'own_entry'].map(flag),
    number('revision'),
  ],
  lab_result_versions: [...['lab_result_id', 'value', 'unit', 'superseded_at'].map(text), number('revision')],
  regimens: [
    ...['drug', 'dose', 'strength', 'schedule', 'starts_on', 'ends_on', 'zone', 'reason', 'end_reason'].map(text),
    ...['review_on', 'previous_id', 'confirmed_reason', 'origin'].map(text),
    number('revision'),
  ],
  dose_events: [
    ...['drug', 'kind', 'amount', 'taken_at', 'precision', 'zone', 'site', 'regimen_id', 'confirmed_reason'].map(text),
    number('revision'),
  ],
  evaluations: [...['as_of', 'word', 'state', 'tier', 'words'].map(text), number('revision')],
  preferences: [number('preferred_hour'), text('quiet_from'), text('quiet_until'), flag('by_email'), number('revision')],
}

const schema = appSchema({
  version: 1,
  tables: Object.entries(TABLES).map(([name, columns]) => tableSchema({ name, columns })),
})
const modelClasses = Object.keys(TABLES).map((table) => Object.assign(class extends Model {}, { table }))

// The value of a result is one field as far as merging goes: column by column, `<5` and an edited `6` would become `=6`.
const VALUE = ['value', 'unit', 'method', 'collected_at', 'precision', 'zone']

function mergeWholeValues(table, local, remote, resolved) {
  if (table !== 'lab_results') return resolved
  const edited = VALUE.some((column) => local._changed.split(',').includes(column))
  const winner = edited ? local : remote
  return { ...resolved, ...Object.fromEntries(VALUE.map((column) => [column, winner[column]])) }
}

class Refused extends Error {
  constructor(status, problem) {
    super(`${status} ${problem.detail}`)
    Object.assign(this, { status, problem })
  }
}

class Phone {
  constructor(name, { url, token }) {
    this.api = `${url}/api/v1/sync`
    this.headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const adapter = new LokiJSAdapter({
      dbName: name,
      schema,
      useWebWorker: false,
      useIncrementalIndexedDB: false,
      _testLokiAdapter: new LokiMemoryAdapter(),
    })
    this.db = new Database({ adapter, modelClasses })
    this.rejected = {}
    this.beforePush = async () => {}
  }

  async fetch(method, query, body) {
    const answer = await fetch(`${this.api}?${new URLSearchParams(query)}`, {
      method,
      headers: this.headers,
      body: body && JSON.stringify(body),
    })
    const said = await answer.json()
    if (!answer.ok) throw new Refused(answer.status, said)
    return said
  }

  sync() {
    return synchronize({
      database: this.db,
      sendCreatedAsUpdated: true,
      conflictResolver: mergeWholeValues,
      pullChanges: ({ lastPulledAt, schemaVersion, migration }) =>
        this.fetch('GET', {
          last_pulled_at: lastPulledAt ?? 0,
          schema_version: schemaVersion,
          migration: JSON.stringify(migration),
        }),
      pushChanges: async ({ changes, lastPulledAt }) => {
        await this.beforePush()
        const said = await this.fetch('POST', { last_pulled_at: lastPulledAt }, changes)
        this.rejected = said.rejected
        return { experimentalRejectedIds: said.experimentalRejectedIds }
      },
    })
  }

  // A change made elsewhere while this phone is between its pull and its push, once.
  async interrupted(change) {
    this.beforePush = async () => {
      this.beforePush = async () => {}
      await change()
    }
  }

  create(table, columns, id) {
    return this.db.write(() => this.db.get(table).create((record) => {
      if (id) record._raw.id = id
      for (const [name, value] of Object.entries(columns)) record._setRaw(name, value)
    }))
  }

  createMany(table, rows) {
    return this.db.write(() => this.db.batch(rows.map((columns) => this.db.get(table).prepareCreate((record) => {
      for (const [name, value] of Object.entries(columns)) record._setRaw(name, value)
    }))))
  }

  async edit(table, id, columns) {
    const record = await this.db.get(table).find(id)
    await this.db.write(() => record.update(() => {
      for (const [name, value] of Object.entries(columns)) record._setRaw(name, value)
    }))
  }

  async remove(table, id) {
    const record = await this.db.get(table).find(id)
    await this.db.write(() => record.markAsDeleted())
  }

  async rows(table) {
    const records = await this.db.get(table).query().fetch()
    return Object.fromEntries(records.map((record) => [record.id, record._raw]))
  }
}

module.exports = { Phone, Refused }

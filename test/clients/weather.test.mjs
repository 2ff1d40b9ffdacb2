// What JavaScript libraries do in the weather that M2M_WEATHER names: it meets the writer's token requests and the reader's
// calls of ANY /test_jwt. M2M_EVENTS has a line for each.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import express from 'express'
import { auth } from 'express-oauth2-jwt-bearer'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'

const run = JSON.parse(readFileSync(process.env.M2M_TARGET, 'utf8'))
const kind = process.env.M2M_WEATHER
const { reader, writer } = run.clients
const pool = new URL(run.jwks_uri.replace('/.well-known/jwks.json', ''))
const wellKnown = new URL(run.jwks_uri.replace('jwks.json', 'openid-configuration'))
const fair = kind === 'late'

const met = on => readFileSync(process.env.M2M_EVENTS, 'utf8').split('\n').slice(1).filter(Boolean)
  .map(line => JSON.parse(line).chaos_event).filter(event => event?.on === on)

// sent says how many requests an attempt has sent, and what came of it.
async function sent(on, attempt) {
  const before = met(on).length
  try {
    return { value: await attempt(), times: met(on).length - before }
  } catch (error) {
    return { error, times: met(on).length - before }
  }
}

async function token({ client_id: id, client_secret: secret }) {
  const answer = await fetch(run.token_endpoint, {
    method: 'POST',
    headers: { authorization: 'Basic ' + Buffer.from(`${id}:${secret}`).toString('base64') },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return (await answer.json()).access_token
}

// What asks for a token as the writer, library by library.
async function libraries() {
  const config = await client.discovery(wellKnown, writer.client_id, undefined, client.ClientSecretBasic(writer.client_secret), { execute: [client.allowInsecureRequests] })
  const allow = { [oauth.allowInsecureRequests]: true }
  const me = { client_id: writer.client_id }
  const server = await oauth.processDiscoveryResponse(oauth._nodiscoverycheck, await oauth.discoveryRequest(pool, allow))
  return {
    'openid-client': () => client.clientCredentialsGrant(config),
    oauth4webapi: async () => oauth.processClientCredentialsResponse(server, me,
      await oauth.clientCredentialsGrantRequest(server, me, oauth.ClientSecretBasic(writer.client_secret), {}, allow)),
  }
}

for (const name of ['openid-client', 'oauth4webapi']) {
  test(`weather: ${name} asks once, and throws`, async () => {
    const got = await sent('tokens', (await libraries())[name])
    assert.equal(got.times, 1)
    const code = { 429: 'OAUTH_RESPONSE_IS_NOT_JSON', 500: 'OAUTH_RESPONSE_IS_NOT_CONFORM', 503: 'OAUTH_RESPONSE_IS_NOT_CONFORM' }[kind]
    assert.equal(got.error === undefined, fair, got.error)
    if (code) assert.ok(got.error.code === code, got.error.code)
  })
}

test('secret: the one that was passed is kept', async () => {
  const attempts = Object.values(await libraries())
  for (const [i, attempt] of attempts.entries()) { // each has the secret rotated: after two the pool knows another two
    await attempt()
    while (met('tokens').length <= i) await new Promise(resolve => setTimeout(resolve, 100))
  }
  assert.deepEqual(met('tokens').map(event => event.failed), [undefined, undefined])
  for (const attempt of attempts) await assert.rejects(attempt, { error: 'invalid_client' })
})

test('weather: fetch, which openid-client calls the API with, sends a call once', async () => {
  const config = await client.discovery(wellKnown, reader.client_id, undefined, client.ClientSecretBasic(reader.client_secret), { execute: [client.allowInsecureRequests] })
  const access = await token(reader)
  const call = async path => {
    const answer = await client.fetchProtectedResource(config, access, new URL(run.api_url + path), 'GET')
    return { status: answer.status, body: await answer.text() }
  }
  assert.equal((await call('/test_jwt/read')).status, 200)
  const got = await sent('calls', () => call('/test_jwt'))
  assert.equal(got.times, 1)
  if (kind === 'cut') assert.ok(got.error)
  else assert.equal(got.value.status, kind === 'late' ? 200 : Number(kind))
})

// behind is what an Express app behind auth(options) answers.
async function behind(options) {
  const app = express()
  app.use(auth({ issuer: run.issuer, jwksUri: run.jwks_uri, audience: 'any', validators: { aud: () => true }, ...options }))
  app.get('/', (request, response) => response.sendStatus(200))
  app.use((error, request, response, next) => response.sendStatus(error.status)) // without it Express logs the refusal
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const status = async access =>
    (await fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { authorization: `Bearer ${access}` } })).status
  return { server, status }
}

test('keys: verifiers with those of before fetch them again, express-oauth2-jwt-bearer not within 30 seconds', async () => {
  const fetched = []
  const fetcher = { fetch: async uri => (fetched.push(uri), (await fetch(run.jwks_uri)).arrayBuffer()) }
  const verifier = CognitoJwtVerifier.create({ userPoolId: run.user_pool_id, tokenUse: 'access', clientId: null }, { jwksCache: new SimpleJwksCache({ fetcher }) })
  const patient = await behind(), eager = await behind({ cooldownDuration: 0 })
  try {
    const old = await token(reader)
    assert.ok(await verifier.verify(old))
    assert.equal(await patient.status(old), 200)
    assert.equal(await eager.status(old), 200)
    const access = await token(writer) // signed with the new key
    assert.ok(await verifier.verify(access))
    assert.equal(fetched.length, 2)
    assert.equal(await patient.status(access), 401)
    assert.equal(await eager.status(access), 200)
    assert.equal(await eager.status(old), 200)
  } finally {
    patient.server.close()
    eager.server.close()
  }
})

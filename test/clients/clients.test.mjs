// Tries what docs/clients.md says of JavaScript libraries against the run that M2M_TARGET describes.
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
const { client_id: id, client_secret: secret } = run.clients.reader
const wellKnown = new URL(run.jwks_uri.replace('jwks.json', 'openid-configuration'))
const pool = new URL(run.jwks_uri.replace('/.well-known/jwks.json', ''))

const insecure = { execute: [client.allowInsecureRequests] }
const httpsOnly = { code: 'OAUTH_HTTP_REQUEST_FORBIDDEN' }
const otherIssuer = { code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED' }

async function token() {
  const answer = await fetch(run.token_endpoint, {
    method: 'POST',
    headers: { authorization: 'Basic ' + Buffer.from(`${id}:${secret}`).toString('base64') },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return (await answer.json()).access_token
}

test('openid-client refuses http:// until told', async () => {
  await assert.rejects(client.discovery(wellKnown, id, secret), httpsOnly)
})

test('openid-client wants the full well-known URL', async () => {
  await assert.rejects(client.discovery(pool, id, secret, undefined, insecure), otherIssuer)
  assert.equal((await client.discovery(wellKnown, id, secret, undefined, insecure)).serverMetadata().issuer, run.issuer)
})

test('openid-client sends the secret in the body unless given ClientSecretBasic', async () => {
  for (const [method, inHeader] of [[undefined, false], [client.ClientSecretBasic(secret), true]]) {
    const config = await client.discovery(wellKnown, id, secret, method, insecure)
    assert.equal(config.serverMetadata().token_endpoint_auth_methods_supported[0], 'client_secret_basic')
    let sent
    config[client.customFetch] = (url, options) => {
      sent = options
      return fetch(url, options)
    }
    assert.ok((await client.clientCredentialsGrant(config, { scope: 'test-api/read' })).access_token)
    assert.equal(new URLSearchParams(sent.body).has('client_secret'), !inHeader)
    assert.equal('authorization' in sent.headers, inHeader)
  }
})

test('oauth4webapi refuses http:// and another issuer until told, at every call', async () => {
  const allow = { [oauth.allowInsecureRequests]: true }
  const me = { client_id: id }
  await assert.rejects(oauth.discoveryRequest(pool), httpsOnly)
  await assert.rejects(oauth.processDiscoveryResponse(pool, await oauth.discoveryRequest(pool, allow)), otherIssuer)
  const server = await oauth.processDiscoveryResponse(oauth._nodiscoverycheck, await oauth.discoveryRequest(pool, allow))
  const ask = options => oauth.clientCredentialsGrantRequest(server, me, oauth.ClientSecretBasic(secret), {}, options)
  await assert.rejects(ask(), httpsOnly)
  assert.ok((await oauth.processClientCredentialsResponse(server, me, await ask(allow))).access_token)
})

test('CognitoJwtVerifier ignores a jwksUri; cacheJwks or a fetcher brings the keys', async () => {
  const verifier = { userPoolId: run.user_pool_id, tokenUse: 'access', clientId: id, scope: 'test-api/read' }
  const asked = []
  const fetcher = { fetch: async uri => (asked.push(uri), (await fetch(run.jwks_uri)).arrayBuffer()) }
  const fetched = CognitoJwtVerifier.create({ ...verifier, jwksUri: run.jwks_uri }, { jwksCache: new SimpleJwksCache({ fetcher }) })
  assert.equal((await fetched.verify(await token())).client_id, id)
  assert.deepEqual(asked, [`${run.issuer}/.well-known/jwks.json`])

  const cached = CognitoJwtVerifier.create(verifier)
  cached.cacheJwks(await (await fetch(run.jwks_uri)).json())
  assert.equal((await cached.verify(await token())).client_id, id)
})

// status is what an Express app behind auth(options) answers to the token.
async function status(options) {
  const app = express()
  app.use(auth({ issuer: run.issuer, jwksUri: run.jwks_uri, ...options }))
  app.get('/', (request, response) => response.sendStatus(200))
  app.use((error, request, response, next) => response.sendStatus(error.status)) // without it Express logs the refusal
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  try {
    const url = `http://127.0.0.1:${server.address().port}/`
    return (await fetch(url, { headers: { authorization: `Bearer ${await token()}` } })).status
  } finally {
    server.close()
  }
}

test('express-oauth2-jwt-bearer needs a validator of aud', async () => {
  await assert.rejects(status({}), /An 'audience' is required/)
  assert.equal(await status({ audience: id }), 401)
  const aud = clients => (_, claims) => claims.token_use === 'access' && clients.includes(claims.client_id)
  assert.equal(await status({ audience: id, validators: { aud: aud([id]) } }), 200)
  assert.equal(await status({ audience: id, validators: { aud: aud(['another']) } }), 401)
})

#!/usr/bin/env bash
# aws-jwt-verify 5.2.1: JwtVerifier uses a `jwksUri`. CognitoJwtVerifier accepts the same member without an error, and
# still fetches the keys from the pool's own address. So if you point it at a mirror, a proxy or a local user pool, it
# calls AWS instead. cacheJwks(), or a fetcher of your own, avoids that.
#
# Seen: with another jwksUri, CognitoJwtVerifier fetches from https://cognito-idp.eu-west-1.amazonaws.com/..., and
# JwtVerifier from that jwksUri. The fetcher below only records the address, so nothing leaves the machine. Needs Node
# and npm.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --no-audit --no-fund --ignore-scripts aws-jwt-verify@5.2.1 >> npm.log 2>&1
cat > ask.mjs <<'JS'
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { generateKeyPairSync, sign } from 'node:crypto'

const pool = 'eu-west-1_Example12'
const issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`
const jwksUri = 'http://127.0.0.1:1/jwks.json'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }
const now = Math.floor(Date.now() / 1000)
const part = value => Buffer.from(JSON.stringify(value)).toString('base64url')
const head = part({ alg: 'RS256', kid: 'k1' })
const body = part({ iss: issuer, token_use: 'access', client_id: 'c1', iat: now, exp: now + 60 })
const token = `${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url')}`

async function asked(make) {
  const uris = []
  const fetcher = { fetch: async uri => (uris.push(uri), new TextEncoder().encode(JSON.stringify(jwks)).buffer) }
  await make({ jwksCache: new SimpleJwksCache({ fetcher }) }).verify(token)
  return uris.join()
}
const cognito = await asked(cache => CognitoJwtVerifier.create({ userPoolId: pool, tokenUse: 'access', clientId: 'c1', jwksUri }, cache))
const generic = await asked(cache => JwtVerifier.create({ issuer, audience: null, jwksUri }, cache))
console.log('CognitoJwtVerifier asked', cognito)
console.log('JwtVerifier asked', generic)
process.exit(cognito === `${issuer}/.well-known/jwks.json` && generic === jwksUri ? 0 : 1)
JS
node ask.mjs

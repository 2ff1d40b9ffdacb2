"""Tries what docs/clients.md says of Python libraries against the run that M2M_TARGET describes."""

import json
import os
import time
import unittest

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, InsecureTransportError, TokenExpiredError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

with open(os.environ["M2M_TARGET"]) as file:
    RUN = json.load(file)
ID, SECRET = RUN["clients"]["reader"]["client_id"], RUN["clients"]["reader"]["client_secret"]
API = RUN["api_url"] + "/test_jwt"


class RequestsOAuthlib(unittest.TestCase):
    def setUp(self):
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        self.session = OAuth2Session(client=BackendApplicationClient(client_id=ID))

    def fetch(self):
        return self.session.fetch_token(RUN["token_endpoint"], auth=HTTPBasicAuth(ID, SECRET))

    def test_refuses_http_until_told(self):
        del os.environ["OAUTHLIB_INSECURE_TRANSPORT"]
        with self.assertRaises(InsecureTransportError):
            self.fetch()

    def test_token(self):
        self.fetch()
        self.assertEqual(self.session.get(API).status_code, 200)

    def test_raises_when_the_token_is_over(self):
        self.session.token = {**self.fetch(), "expires_at": time.time() - 1}
        with self.assertRaises(TokenExpiredError):
            self.session.get(API)


class Authlib(unittest.TestCase):
    def test_renews(self):
        session = AuthlibSession(ID, SECRET, token_endpoint=RUN["token_endpoint"], grant_type="client_credentials")
        session.fetch_token()
        session.token["expires_at"] = 1
        self.assertEqual(session.get(API).status_code, 200)
        self.assertGreater(session.token["expires_at"], time.time())


class PyJWT(unittest.TestCase):
    def decode(self, **options):
        token = requests.post(RUN["token_endpoint"], auth=(ID, SECRET), data={"grant_type": "client_credentials"}, timeout=10).json()["access_token"]
        key = jwt.PyJWKClient(RUN["jwks_uri"]).get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=["RS256"], issuer=RUN["issuer"], **options)

    def test_without_audience(self):
        self.assertEqual(self.decode()["client_id"], ID)

    def test_audience(self):
        with self.assertRaises(jwt.MissingRequiredClaimError):
            self.decode(audience=ID)


if __name__ == "__main__":
    unittest.main()

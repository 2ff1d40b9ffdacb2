"""What Python libraries do in the weather that M2M_WEATHER names: it meets the writer's token requests and the reader's calls
of ANY /test_jwt. M2M_EVENTS has a line for each."""

import json
import os
import time
import unittest

import jwt
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, MissingTokenError, ServerError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

with open(os.environ["M2M_TARGET"]) as file:
    RUN = json.load(file)
KIND = os.environ["M2M_WEATHER"]
FAIR = KIND == "late"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def credentials(client):
    return RUN["clients"][client]["client_id"], RUN["clients"][client]["client_secret"]


def met(on):
    with open(os.environ["M2M_EVENTS"]) as lines:
        events = [json.loads(line).get("chaos_event") for line in list(lines)[1:]]
    return [event for event in events if event and event["on"] == on]


def sent(on, attempt):
    """How many requests an attempt has sent, and what came of it."""
    before = len(met(on))
    try:
        value, error = attempt(), None
    except Exception as caught:
        value, error = None, caught
    return len(met(on)) - before, value, error


def requests_oauthlib(client):
    id, secret = credentials(client)
    session = OAuth2Session(client=BackendApplicationClient(client_id=id))
    return session, lambda: session.fetch_token(RUN["token_endpoint"], auth=HTTPBasicAuth(id, secret))


def authlib(client):
    session = AuthlibSession(*credentials(client), token_endpoint=RUN["token_endpoint"], grant_type="client_credentials")
    return session, session.fetch_token


# What fetch_token raises.
RAISES = {
    requests_oauthlib: {
        "429": MissingTokenError, "500": ServerError, "503": MissingTokenError, "cut": requests.RequestException, "secret": InvalidClientError,
    },
    authlib: {
        "429": requests.HTTPError, "500": requests.HTTPError, "503": requests.HTTPError, "cut": requests.RequestException, "secret": OAuthError,
    },
}


class Weather(unittest.TestCase):
    def test_tokens(self):
        for library in (requests_oauthlib, authlib):
            with self.subTest(library.__name__):
                times, _, error = sent("tokens", library("writer")[1])
                self.assertEqual(times, 1)
                if FAIR:
                    self.assertIsNone(error)
                else:
                    self.assertIsInstance(error, RAISES[library][KIND])

    def test_calls(self):
        for library in (requests_oauthlib, authlib):
            with self.subTest(library.__name__):
                session, fetch = library("reader")
                fetch()
                self.assertEqual(session.get(RUN["api_url"] + "/test_jwt/read").status_code, 200)
                times, answer, error = sent("calls", lambda: session.get(RUN["api_url"] + "/test_jwt"))
                self.assertEqual(times, 1)
                if KIND == "cut":
                    self.assertIsInstance(error, requests.RequestException)
                else:
                    self.assertEqual(answer.status_code, 200 if FAIR else int(KIND))



class Secret(unittest.TestCase):
    def test_the_one_that_was_passed_is_kept(self):
        """Each token request has the secret rotated: after two of them the pool knows another two."""
        attempts = {library: library("writer")[1] for library in (requests_oauthlib, authlib)}
        for rotations, attempt in enumerate(attempts.values(), 1):
            attempt()
            while len(met("tokens")) < rotations:
                time.sleep(0.1)
        self.assertEqual([event.get("failed") for event in met("tokens")], [None, None])
        for library, attempt in attempts.items():
            with self.assertRaisesRegex(RAISES[library]["secret"], "invalid_client"):
                attempt()


class Keys(unittest.TestCase):
    def test_pyjwt_fetches_them_again(self):
        """But by default not within 30 seconds of the last time."""
        patient, eager = jwt.PyJWKClient(RUN["jwks_uri"]), jwt.PyJWKClient(RUN["jwks_uri"], cooldown_duration=0)

        def verify(keys, token):
            jwt.decode(token, keys.get_signing_key_from_jwt(token), algorithms=["RS256"], issuer=RUN["issuer"])

        def token(client):
            return requests.post(RUN["token_endpoint"], auth=credentials(client), data={"grant_type": "client_credentials"}, timeout=10).json()["access_token"]

        old = token("reader")
        verify(patient, old)
        verify(eager, old)
        new = token("writer")
        with self.assertRaises(jwt.PyJWKClientError):
            verify(patient, new)
        verify(eager, new)
        verify(eager, old)


if __name__ == "__main__":
    unittest.main()

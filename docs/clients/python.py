"""Sends a batch, reads alerts, and follows them across breaks of the connection.

pip install -r requirements.txt && python python.py [http://127.0.0.1:4000] [cursor]
"""
import asyncio
import json
import sys

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

INGEST = """mutation ($input: IngestBatchInput!) { ingestBatch(input: $input, wait: true) { __typename
  ... on IngestBatchPayload { batch { number state stored quarantine { index reason } } }
  ... on Error { message } ... on UnavailableError { retryAfterMs } } }"""
LIST = "{ alerts(first: 5) { totalCount eventCursor edges { node { severity reason } } } }"
ALERTS = "subscription ($after: String) { alerts(after: $after) { cursor change alert { severity sensor { key } } } }"


async def send(session, batch):
    """Sends until the service has it: with the same key it is safe to send again."""
    while True:
        answer = await session.execute(GraphQLRequest(INGEST, variable_values={"input": batch}))
        result = answer["ingestBatch"]
        if result["__typename"] != "UnavailableError":
            return result
        await asyncio.sleep(result["retryAfterMs"] / 1000)


async def follow(address, after):
    """The events behind `after`, each once, in order."""
    while True:
        try:
            async with Client(transport=WebsocketsTransport(url=address.replace("http", "ws") + "/graphql")) as session:
                request = GraphQLRequest(ALERTS, variable_values={"after": after})
                async for result in session.subscribe(request):
                    yield result["alerts"]
                    after = result["alerts"]["cursor"]
        except TransportQueryError as error:  # What the service says about the operation.
            if error.errors[0].get("extensions", {}).get("code") != "UNAVAILABLE":
                raise
        except (TransportError, OSError, asyncio.TimeoutError):  # A broken connection.
            pass
        await asyncio.sleep(1)


async def main(address="http://127.0.0.1:4000", after=None):
    times = {"2026-01-31T12:00:00Z": 61.2, "2026-01-31T12:01:00Z": "n/a"}
    readings = [{"sensor": "python/bearing", "time": time, "value": value} for time, value in times.items()]
    async with Client(transport=AIOHTTPTransport(url=address + "/graphql")) as session:
        batch = {"source": "python", "idempotencyKey": "2026-01-31T12:00", "readings": readings}
        print(json.dumps(await send(session, batch)), flush=True)
        alerts = (await session.execute(GraphQLRequest(LIST)))["alerts"]
        print(json.dumps(alerts), flush=True)
    async for event in follow(address, after or alerts["eventCursor"]):
        print(json.dumps(event), flush=True)


asyncio.run(main(*sys.argv[1:]))

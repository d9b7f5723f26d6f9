"""The calls that Adobe's pages and its own collection show, against a mock of its own. Prints TAP.

usage: documented_calls_test.py FLOW_MOCK

The curl commands are as printed, but for the host and for what a shell or the contract needs: a missing backslash, a
header (each says what was mended). Names and descriptions are ours.
"""
import json
import os
import pathlib
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from urllib_test import BASE, Mock  # noqa: E402

HEADERS = """\
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \\
  -H 'x-api-key: {API_KEY}' \\
  -H 'x-gw-ims-org-id: {ORG_ID}' \\
  -H 'x-sandbox-name: {SANDBOX_NAME}' \\
"""
JSON_BODY = HEADERS + "  -H 'Content-Type: application/json' \\\n"
SERVICE = "https://platform.adobe.io/data/foundation/flowservice"

BLOB_SPEC = "4c10e202-c428-4796-9208-5f1f5732b1cf"

# (page, what was mended, command, status, what the answer `it` has to be)
CALLS = [
    ("s3: a base connection", "", f"""curl -X POST \\
  '{SERVICE}/connections' \\
{JSON_BODY}  -d '{{
      "name": "S3", "description": "S3 of ours",
      "auth": {{"specName": "Access Key", "params": {{"s3AccessKey": "{{S3_ACCESS_KEY}}", "s3SecretKey": "{{S3_SECRET_KEY}}"}}}},
      "connectionSpec": {{"id": "ecadc60c-7455-4d87-84dc-2a0e293d997b", "version": "1.0"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("cloud: a source connection", "", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Blob source", "description": "of ours",
      "baseConnectionId": "9e2541a0-b143-4d23-a541-a0b143dd2301",
      "data": {{"format": "delimited", "columnDelimiter": "\\t", "properties": {{"compressionType": "gzip"}}}},
      "params": {{"path": "/ingestion-demos/leads/tsv_data/*.tsv", "recursive": "true"}},
      "connectionSpec": {{"id": "{BLOB_SPEC}", "version": "1.0"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("cloud: a target connection", "", f"""curl -X POST \\
  '{SERVICE}/targetConnections' \\
{JSON_BODY}  -d '{{
      "name": "Target", "description": "of ours",
      "data": {{"schema": {{"id": "https://ns.adobe.com/{{TENANT_ID}}/schemas/{{SCHEMA_ID}}",
                          "version": "application/vnd.adobe.xed-full+json;version=1"}}}},
      "params": {{"dataSetId": "5f3c3cedb2805c194ff0b69a"}},
      "connectionSpec": {{"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("cloud: the flow spec by its name", "Authorization was missing", f"""curl -X GET \\
  '{SERVICE}/flowSpecs?property=name==%22CloudStorageToAEP%22' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200,
     '[each["id"] for each in it["items"]] == ["9753525b-82c7-4dce-8a9b-5ccfce2b9876"]'),
    ("database: a flow, whose start has passed", "Authorization was missing", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "BigQuery", "description": "of ours",
      "flowSpec": {{"id": "14518937-270c-4525-bdec-c2ba7cce3860", "version": "1.0"}},
      "sourceConnectionIds": ["b7581b59-c603-4df1-a689-d23d7ac440f3"],
      "targetConnectionIds": ["320f119a-5ac1-4ab1-88ea-eb19e674ea2e"],
      "transformations": [
          {{"name": "Copy", "params": {{"deltaColumn": {{"name": "updatedAt", "dateFormat": "YYYY-MM-DD", "timezone": "UTC"}}}}}},
          {{"name": "Mapping", "params": {{"mappingId": "0b090130b58b4819afc78b6dc98b484d", "mappingVersion": 0}}}}
      ],
      "scheduleParams": {{"startTime": "1612310466", "frequency": "minute", "interval": "15", "backfill": "true"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("update-dataflows: the flow", "", f"""curl -X GET \\
  '{SERVICE}/flows/2edc08ac-4df5-4fe6-936f-81a19ce92f5c' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200,
     'it["items"][0]["sourceConnectionIds"] == ["b7581b59-c603-4df1-a689-d23d7ac440f3"]'
     ' and it["items"][0]["inheritedAttributes"]["sourceConnections"][0]["baseConnection"]["id"]'
     ' == "6990abad-977d-41b9-a85d-17ea8cf1c0e4"'),
    ("labels: a label for a flow", "a backslash, x-sandbox-name", f"""curl -X PATCH \\
  '{SERVICE}/flows/84224def-1e2a-4d95-9ea2-132d697ed2aa' \\
{JSON_BODY}  -H 'if-match: "c5002e0e-0000-0200-0000-67a3c3b70000"' \\
  -d '[{{"op": "add", "path": "/labels", "value": ["core/C12"]}}]'""", 200,
     'it["id"] == "84224def-1e2a-4d95-9ea2-132d697ed2aa"'),
    ("dest-update: a flow is disabled, without a body and Content-Type", "", f"""curl -X POST \\
  '{SERVICE}/flows/226fb2e1-db69-4760-b67e-9e671e05abfc/action?op=disable' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'set(it) == {"id", "etag"}'),
    ("dest-update: and enabled", "", f"""curl -X POST \\
  '{SERVICE}/flows/226fb2e1-db69-4760-b67e-9e671e05abfc/action?op=enable' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'set(it) == {"id", "etag"}'),
    ("delete-dataflows: a flow", "", f"""curl -X DELETE \\
  '{SERVICE}/flows/20c115bc-46e3-40f3-bfe9-fb25abe4ba76' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 204, 'it is None'),
    ("delete-dataflows: it is gone", "", f"""curl -X GET \\
  '{SERVICE}/flows/20c115bc-46e3-40f3-bfe9-fb25abe4ba76' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 404, 'it["type"].endswith("/FLOW-1439-404")'),
    ("draft: a flow as a draft", "curl -X POST was missing", f"""curl -X POST \\
  '{SERVICE}/flows?mode=draft' \\
{JSON_BODY}  -d '{{
      "name": "Draft", "sourceConnectionIds": ["61c0c5f1-bfe5-40f7-8f8c-a4dc175ddac6"],
      "targetConnectionIds": ["78f41c31-3652-4a5e-b264-74331226dcf3"],
      "flowSpec": {{"id": "c1a19761-d2c7-4702-b9fa-fe91f0613e81", "version": "1.0"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("draft: which is published", "", f"""curl -X POST \\
  '{SERVICE}/flows/{{LAST_ID}}/action?op=publish' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'set(it) == {"id", "etag"}'),
    ("explore-tabular: the tables of a connection", "", f"""curl -X GET \\
  '{SERVICE}/connections/5e73e5a2-dc36-45a8-9f16-93c7a43af318/explore?objectType=root' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'it[0]["type"] == "table" and len(it) == 2'),
    ("explore-tabular: one of them", "", f"""curl -X GET \\
  '{SERVICE}/connections/5e73e5a2-dc36-45a8-9f16-93c7a43af318/explore?objectType=table&object=acmeSpringCampaign' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'set(it) >= {"format", "schema"}'),
    ("dlz: what the landing zone holds", "http://", f"""curl -X GET \\
  '{SERVICE}/connectionSpecs/26f526f2-58f4-4712-961d-e41bf1ccc0e8/explore?objectType=root' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'it[0]["name"] == "account.csv"'),
    ("dlz: a source connection without a base connection", "", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Landing zone", "data": {{"format": "delimited"}},
      "params": {{"path": "dlz-user-container/data8.csv"}},
      "connectionSpec": {{"id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "version": "1.0"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("datasets: those that can be activated", "", f"""curl -X GET \\
  '{SERVICE}/connectionSpecs/23598e46-f560-407b-88d5-ea6207e49db0/configs?outputType=activationDatasets&outputField=datasets&start=0&limit=20&properties=name,state' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'set(it) == {"items", "pageInfo"} and it["items"]'),
    ("dest-batch: the base connection of the profile store, without auth", "", f"""curl -X POST \\
  '{SERVICE}/connections' \\
{JSON_BODY}  -d '{{
      "name": "Profile store", "description": "of ours",
      "connectionSpec": {{"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}}
  }}'""", 201, '"id" in it'),
    ("dest-batch: a source connection on it", "", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Profile store", "connectionSpec": {{"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}},
      "baseConnectionId": "{{LAST_ID}}", "data": {{"format": "CSV", "schema": null}}, "params": {{}}
  }}'""", 201, '"id" in it'),
    ("dest-batch: the base connection of a destination", "placeholders", f"""curl -X POST \\
  '{SERVICE}/connections' \\
{JSON_BODY}  -d '{{
      "name": "S3 destination", "description": "of ours",
      "auth": {{"specName": "Access Key", "params": {{"accessId": "{{ACCESS_ID}}", "secretKey": "{{SECRET_KEY}}"}}}},
      "connectionSpec": {{"id": "4890fc95-5a1f-4983-94bb-e060c08e3f81", "version": "1.0"}}
  }}'""", 201, '"id" in it'),
    ("dest-batch: a target connection on it", "placeholders", f"""curl -X POST \\
  '{SERVICE}/targetConnections' \\
{JSON_BODY}  -d '{{
      "name": "S3 target", "baseConnectionId": "{{LAST_ID}}",
      "connectionSpec": {{"id": "4890fc95-5a1f-4983-94bb-e060c08e3f81", "version": "1.0"}},
      "data": {{"format": "json", "schema": {{"id": "1.0", "version": "1.0"}}}},
      "params": {{"mode": "S3", "bucketName": "b", "path": "p", "format": "CSV"}}
  }}'""", 201, '"id" in it'),
    ("dest-batch: a flow of segments to it", "a closing quote, placeholders", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Segments to S3", "flowSpec": {{"id": "71471eba-b620-49e4-90fd-23f1fa0174d8", "version": "1.0"}},
      "sourceConnectionIds": ["ed48ae9b-c774-4b6e-88ae-9bc7748b6e97"], "targetConnectionIds": ["{{LAST_ID}}"],
      "transformations": [{{"name": "GeneralTransform", "params": {{
          "profileSelectors": {{"selectors": []}}, "segmentSelectors": {{"selectors": []}} }} }}]
  }}'""", 201, '"id" in it'),
    ("dest-batch: a segment for it", "placeholders", f"""curl -X PATCH \\
  '{SERVICE}/flows/{{LAST_ID}}' \\
{JSON_BODY}  -H 'If-Match: {{LAST_ETAG}}' \\
  -d '[{{"op": "add", "path": "/transformations/0/params/segmentSelectors/selectors/-", "value": {{
        "type": "PLATFORM_SEGMENT", "value": {{
          "name": "One", "description": "of ours", "id": "3b8b0aa4-3bc5-4da2-8d42-ee1fe2d1ed32",
          "filenameTemplate": "%DESTINATION_NAME%_%SEGMENT_ID%_%DATETIME(YYYYMMdd_HHmmss)%",
          "exportMode": "DAILY_FULL_EXPORT",
          "schedule": {{"frequency": "ONCE", "startDate": "2021-12-20", "startTime": "17:00"}} }} }} }}]'""", 200,
     'set(it) == {"id", "etag"}'),
    ("dest-batch: a profile attribute for it", "placeholders", f"""curl -X PATCH \\
  '{SERVICE}/flows/{{LAST_ID}}' \\
{JSON_BODY}  -H 'If-Match: {{LAST_ETAG}}' \\
  -d '[{{"op": "add", "path": "/transformations/0/params/profileSelectors/selectors/-", "value": {{
        "type": "JSON_PATH", "value": {{"path": "personalEmail.address"}} }} }}]'""", 200,
     'set(it) == {"id", "etag"}'),
    ("http: the base connection of a streaming source", "a closing quote", f"""curl -X POST \\
  '{SERVICE}/connections' \\
{JSON_BODY}  -d '{{
      "name": "HTTP API", "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033", "description": "of ours",
      "connectionSpec": {{"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}},
      "auth": {{"specName": "Streaming Connection",
               "params": {{"sourceId": "s", "dataType": "xdm", "name": "HTTP API"}} }}
  }}'""", 201, '"id" in it'),
    ("http: which has an inlet", "", f"""curl -X GET \\
  '{SERVICE}/connections/{{LAST_ID}}' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200,
     'it["items"][0]["auth"]["params"]["inletUrl"].endswith(it["items"][0]["auth"]["params"]["inletId"])'),
    ("streaming: a source connection on it", "", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Stream", "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033", "baseConnectionId": "{{LAST_ID}}",
      "connectionSpec": {{"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}}
  }}'""", 201, '"id" in it'),
    ("streaming: a flow without a schedule", "Authorization was missing", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Stream", "flowSpec": {{"id": "d69717ba-71b4-4313-b654-49f9cf126d7a", "version": "1.0"}},
      "sourceConnectionIds": ["{{LAST_ID}}"], "targetConnectionIds": ["723222e2-6ab9-4b0b-b222-e26ab9bb0bc2"],
      "transformations": [{{"name": "Mapping", "params": {{"mappingId": "380b032b445a46008e77585e046efe5e"}} }}]
  }}'""", 201, '"id" in it'),
    ("mailchimp-campaign: a base connection", "a backslash was missing", f"""curl -X POST \\
  '{SERVICE}/connections' \\
{JSON_BODY}  -d '{{
      "name": "Mailchimp", "description": "of ours",
      "connectionSpec": {{"id": "c8ce8c8c-37fb-4162-9fbf-c2f181e04a7a", "version": "1.0"}},
      "auth": {{"specName": "Basic Authentication", "params": {{
          "authorizationTestUrl": "https://login.mailchimp.com/oauth2/metadata",
          "username": "{{USERNAME}}", "password": "{{PASSWORD}}"}} }}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("mailchimp-campaign: what it holds", "placeholders", f"""curl -X GET \\
  '{SERVICE}/connections/{{LAST_ID}}/explore?objectType=rest&object=json&fileType=json&preview=true&sourceParams=eyJjYW1wYWlnbklkIjoiYzY2YTIwMGNkYSJ9' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, 'isinstance(it["data"], list)'),
    ("mailchimp-campaign: a source connection on it", "a backslash was missing", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Mailchimp", "description": "of ours", "baseConnectionId": "{{LAST_ID}}",
      "connectionSpec": {{"id": "c8ce8c8c-37fb-4162-9fbf-c2f181e04a7a", "version": "1.0"}},
      "data": {{"format": "json"}}, "params": {{"campaignId": "c66a200cda"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("mailchimp-campaign: a flow by RestStorageToAEP, without transformations", "a backslash was missing", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Mailchimp", "description": "of ours",
      "flowSpec": {{"id": "6499120c-0b15-42dc-936e-847ea3c24d72", "version": "1.0"}},
      "sourceConnectionIds": ["{{LAST_ID}}"], "targetConnectionIds": ["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"],
      "scheduleParams": {{"startTime": "1632809759", "frequency": "minute", "interval": 15}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("mailchimp-members: a base connection", "a backslash was missing", f"""curl -X POST \\
  '{SERVICE}/connections' \\
{JSON_BODY}  -d '{{
      "name": "Mailchimp", "description": "of ours",
      "connectionSpec": {{"id": "2e8580db-6489-4726-96de-e33f5f60295f", "version": "1.0"}},
      "auth": {{"specName": "Basic Authentication", "params": {{
          "authorizationTestUrl": "https://login.mailchimp.com/oauth2/metadata",
          "username": "{{USERNAME}}", "password": "{{PASSWORD}}"}} }}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("mailchimp-members: a source connection on it", "a backslash was missing, a comma too many", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Mailchimp", "description": "of ours", "baseConnectionId": "{{LAST_ID}}",
      "connectionSpec": {{"id": "2e8580db-6489-4726-96de-e33f5f60295f", "version": "1.0"}},
      "data": {{"format": "json"}}, "params": {{"listId": "10c097ca71"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("mailchimp-members: a flow by RestStorageToAEP", "a backslash was missing", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Mailchimp", "description": "of ours",
      "flowSpec": {{"id": "6499120c-0b15-42dc-936e-847ea3c24d72", "version": "1.0"}},
      "sourceConnectionIds": ["{{LAST_ID}}"], "targetConnectionIds": ["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"],
      "transformations": [{{"name": "Mapping", "params": {{
          "mappingId": "5a365b23962d4653b9d9be25832ee5b4", "mappingVersion": 0}} }}],
      "scheduleParams": {{"startTime": "1632809759", "frequency": "minute", "interval": 15}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("chatlio-webhook: a source connection", "", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Chatlio", "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033", "description": "of ours",
      "connectionSpec": {{"id": "073127a3-26e3-496c-9d94-9f48fb93fba8", "version": "1.0"}},
      "data": {{"format": "json"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("chatlio-webhook: a flow", "Authorization was missing", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Chatlio", "description": "of ours",
      "flowSpec": {{"id": "e77fde5a-22a8-11ed-861d-0242ac120002", "version": "1.0"}},
      "sourceConnectionIds": ["{{LAST_ID}}"], "targetConnectionIds": ["723222e2-6ab9-4b0b-b222-e26ab9bb0bc2"],
      "transformations": [{{"name": "Mapping", "params": {{
          "mappingId": "4b7188aad69c44529a5e674ab5d3568b", "mappingVersion": 0}} }}]
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("chatlio-webhook: its streaming endpoint", "placeholders", f"""curl -X GET \\
  '{SERVICE}/flows/{{LAST_ID}}' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 200, '"/collection/" in it["items"][0]["options"]["inletUrl"]'),
    ("cloud-parquet: a source connection of Parquet", "one id of two", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Parquet", "connectionSpec": {{"id": "ecadc60c-7455-4d87-84dc-2a0e293d997b", "version": 1}},
      "data": {{"format": "parquet_xdm", "schema": {{
          "id": "", "version": "application/vnd.adobe.xed-full+json;version=1"}} }},
      "params": {{"path": "partners-demo/samples", "recursive": "true"}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("cloud-parquet: a flow of it, without transformations", "Authorization was missing", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Parquet", "flowSpec": {{"id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0"}},
      "sourceConnectionIds": ["{{LAST_ID}}"], "targetConnectionIds": ["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"],
      "scheduleParams": {{"startTime": 1585000000, "frequency": "minute", "interval": 1000, "backfill": true}}
  }}'""", 201, 'set(it) == {"id", "etag"}'),
    ("http: a source connection of XDM", "", f"""curl -X POST \\
  '{SERVICE}/sourceConnections' \\
{JSON_BODY}  -d '{{
      "name": "Stream", "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033",
      "connectionSpec": {{"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}}
  }}'""", 201, '"id" in it'),
    ("http: a flow of XDM, without transformations", "", f"""curl -X POST \\
  '{SERVICE}/flows' \\
{JSON_BODY}  -d '{{
      "name": "Stream", "description": "of ours",
      "flowSpec": {{"id": "d8a6f005-7eaf-4153-983e-e8574508b877", "version": "1.0"}},
      "sourceConnectionIds": ["{{LAST_ID}}"], "targetConnectionIds": ["723222e2-6ab9-4b0b-b222-e26ab9bb0bc2"]
  }}'""", 201, '"id" in it'),
    ("delete-account: an account without flows", "", f"""curl -X DELETE \\
  '{SERVICE}/connections/dd3631cd-d0ea-4fea-b631-cdd0ea6fea21' \\
{HEADERS.rstrip(chr(10)).rstrip(chr(92))}""", 204, 'it is None'),
]

PATCH = [{"op": "add", "path": "/description", "value": "changed"}]
BODIES = {
    "patch": PATCH,
    "connection": {"name": "c", "auth": {"specName": "Access Key", "params": {}},
                   "connectionSpec": {"id": "ecadc60c-7455-4d87-84dc-2a0e293d997b", "version": "1.0"}},
    "source": {"name": "s", "data": {"format": "delimited"}, "params": {"path": "/x"},
               "baseConnectionId": "9e2541a0-b143-4d23-a541-a0b143dd2301",
               "connectionSpec": {"id": BLOB_SPEC, "version": "1.0"}},
    "target": {"name": "t", "data": {}, "params": {"dataSetId": "5f3c3cedb2805c194ff0b69a"},
               "connectionSpec": {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}},
    "flow": {"name": "f", "flowSpec": {"id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0"},
             "sourceConnectionIds": ["26b53912-1005-49f0-b539-12100559f0e2"],
             "targetConnectionIds": ["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"], "transformations": [],
             "scheduleParams": {"startTime": "1612310466", "frequency": "day", "interval": "1"}},
    "run": {"flowId": "3abea21c-7e36-4be1-bec1-d3bad0e3e0de",
            "params": {"startTime": "1663735590", "windowStartTime": "1651584991", "windowEndTime": "1651585017"}},
}
# Each folder of the collection is about the last document that it has made.
IDS = {"Connections": "CONNECTION_ID", "Flows": "FLOW_ID", "Runs": "RUN_ID",
       "Source connections": "SOURCE_CONNECTION_ID", "Target connections": "TARGET_CONNECTION_ID"}


class Tap:
    def __init__(self):
        self.number = 0
        self.failures = 0

    def line(self, holds: bool, what: str, *comments: str) -> None:
        self.number += 1
        self.failures += not holds
        print(f"{'ok' if holds else 'not ok'} {self.number} - {what}")
        for comment in comments if not holds else ():
            print("# " + comment.replace("\n", "\n# "))


def run_curl(command: str, mock: Mock) -> tuple[int, object]:
    """(status, JSON or None)"""
    local = command.replace("https://platform.adobe.io", f"http://127.0.0.1:{mock.port}")
    local = local.replace("curl ", "curl -sS --globoff --max-time 60 -w '\\n%{http_code}' ", 1)
    out = subprocess.run(["sh", "-c", local], capture_output=True, text=True, check=False).stdout
    body, _, status = out.rpartition("\n")
    return int(status or 0), json.loads(body) if body else None


def as_printed(mock: Mock, tap: Tap) -> None:
    last_id = last_etag = ""
    for page, _, command, expected, holds in CALLS:
        status, it = run_curl(command.replace("{LAST_ID}", last_id).replace("{LAST_ETAG}", last_etag), mock)
        good = status == expected and bool(eval(holds, {"it": it, "len": len, "set": set}))
        tap.line(good, page, f"status {status}, expected {expected}", f"not so: {holds}", json.dumps(it))
        if isinstance(it, dict):
            last_id = it.get("id", last_id)
            last_etag = it.get("etag", last_etag)


def collection(mock: Mock, tap: Tap) -> None:
    calls = json.loads(pathlib.Path(__file__).with_name("postman_calls.json").read_text())["calls"]
    values = {"CONNECTION_SPEC_ID": BLOB_SPEC, "FLOW_SPEC_ID": "9753525b-82c7-4dce-8a9b-5ccfce2b9876"}
    for call in calls:
        query = call.get("query", "")
        if "{ETAG}" in query:
            query = query.replace("{ETAG}", urllib.parse.quote(values["ETAG"]))
        path = call["path"]
        for name, value in values.items():
            path = path.replace("{" + name + "}", value)
        body = json.dumps(BODIES[call["body"]]).encode() if "body" in call else None
        status, it, _ = mock.call(call["method"], BASE + path + ("?" + query if query else ""), body,
                                  Accept="application/json")
        tap.line(status in (200, 201, 204), f"collection: {call['method']} {call['path']}", str(status), json.dumps(it))
        if status == 201:
            made = it["items"][0] if "items" in it else it
            values[IDS[call["folder"]]] = made["id"]
            values["ETAG"] = made["etag"]
    tap.line(len(calls) == 27, "which are all of the collection's")


def main() -> int:
    tap = Tap()
    with Mock(sys.argv[1]) as mock:
        as_printed(mock, tap)
    with Mock(sys.argv[1]) as mock:
        collection(mock, tap)
    print(f"1..{tap.number}")
    return 1 if tap.failures else 0


if __name__ == "__main__":
    sys.exit(main())

/**
 * The part of the node's shell library that talks to AWS: instance metadata, signed requests, signals. It is a string and not a
 * file, because functions put it into user data as well as the documents into their scripts. Plain bash; needs curl and
 * python3 (which cloud-init, and so every image that runs user data, brings along).
 *
 * Requests are signed here and not by curl, whose older versions leave the session token and the target out of the signature.
 * Credentials, tokens and bodies travel through pipes only: no argument list and no file ever holds them.
 */
export const awsShell = `# sign_request SERVICE REGION URL CONTENT-TYPE TARGET [TIME]: signs with Signature Version 4. Reads the credentials as one line
# of JSON, then the body; prints curl's options.
sign_request() {
  python3 -c '
import datetime, hashlib, hmac, json, sys
service, region, url, content_type, target = sys.argv[1:6]
credentials = json.loads(sys.stdin.readline())
body = sys.stdin.read()
host = url.split("/")[2]
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ") if len(sys.argv) < 7 else sys.argv[6]
headers = {"content-type": content_type, "host": host, "x-amz-date": now}
if credentials.get("Token"):
    headers["x-amz-security-token"] = credentials["Token"]
if target:
    headers["x-amz-target"] = target
names = ";".join(sorted(headers))
digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
mac = lambda key, text: hmac.new(key, text.encode(), hashlib.sha256).digest()
lines = ["POST", "/", ""] + [name + ":" + headers[name] for name in sorted(headers)] + ["", names, digest(body)]
scope = "/".join([now[:8], region, service, "aws4_request"])
key = ("AWS4" + credentials["SecretAccessKey"]).encode()
for part in scope.split("/"):
    key = mac(key, part)
text = "\\n".join(["AWS4-HMAC-SHA256", now, scope, digest("\\n".join(lines))])
signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
headers["authorization"] = "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}".format(
    credentials["AccessKeyId"], scope, names, signature)
del headers["host"]
quote = lambda text: json.dumps(text, ensure_ascii=False)
print("url = " + quote(url))
for name in sorted(headers):
    print("header = " + quote(name + ": " + headers[name]))
print("data-raw = " + quote(body))
' "$@"
}

# Prints an item of the instance metadata, such as placement/region; fails if there is none.
metadata() {
  local token
  token="$(curl --silent --fail --max-time 5 --retry 5 --retry-connrefused --request PUT \\
    --header 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)" || return 1
  printf 'header = "X-aws-ec2-metadata-token: %s"\\n' "$token" |
    curl --silent --fail --max-time 5 --retry 3 --config - "http://169.254.169.254/latest/meta-data/$1"
}

# Prints the credentials of the node's role as one line of JSON.
role_credentials() {
  local role
  role="$(metadata iam/security-credentials/)" || return 1
  metadata "iam/security-credentials/$role" | tr -d '\\n'
}

# aws_request SERVICE URL CONTENT-TYPE TARGET: posts standard input, signed, to the root of a service and prints the answer.
# The region must be in MESOSCALE_REGION.
aws_request() {
  local body credentials answer
  body="$(cat)"
  credentials="$(role_credentials)" || { echo 'the node has no credentials: is its instance profile there?' >&2; return 1; }
  if answer="$(printf '%s\\n%s' "$credentials" "$body" |
    sign_request "$1" "$MESOSCALE_REGION" "$2" "$3" "$4" |
    curl --silent --show-error --fail-with-body --max-time 20 --retry 4 --retry-connrefused --config -)"; then
    printf '%s' "$answer"
  else
    printf '%s refused: %s\\n' "$1" "$answer" >&2
    return 1
  fi
}

# send_signal KIND: tells the control plane that something happened on this node (it only wakes it; what is so, it finds out).
send_signal() {
  local instance queue="$MESOSCALE_SIGNALS_QUEUE_URL"
  instance="$(metadata instance-id)" || return 1
  printf '{"QueueUrl":"%s","MessageBody":"{\\\\"kind\\\\":\\\\"%s\\\\",\\\\"clusterId\\\\":\\\\"%s\\\\",\\\\"instanceId\\\\":\\\\"%s\\\\"}"}' \\
    "$queue" "$1" "$MESOSCALE_CLUSTER_ID" "$instance" |
    aws_request sqs "$(cut -d/ -f1-3 <<<"$queue")/" application/x-amz-json-1.0 AmazonSQS.SendMessage >/dev/null
}
`;

#!/usr/bin/env bash
# Tells Feedwarden that a package was published: one signed `generic` delivery (docs/deliveries.md), sent until it is
# taken in. It needs bash 3.2 or newer, curl, and openssl or LibreSSL, and is the whole of both steps beside it.
#
# FEEDWARDEN_ADDRESS and FEEDWARDEN_SECRET are needed; FEEDWARDEN_PROJECT, _FEED, _ECOSYSTEM, _PACKAGE and _VERSION say
# what was published, and what is missing widens what is looked at. The package is published when this runs, and sweeps
# find it anyhow: so trouble is a warning, and fails the job only where FEEDWARDEN_REQUIRED is true.
# FEEDWARDEN_WAITS (seconds between tries) and FEEDWARDEN_TRY_SECONDS (limit of one try) are for who is in more haste.
#
# No value is ever part of this text, and the secret reaches no other program but through a pipe: arguments can be seen
# by every process of the machine, and what is in the environment by every program that is started here.
set +aex
set -uo pipefail
SECONDS=0
# What came in exported would stay so.
unset secret key inner outer
secret="${FEEDWARDEN_SECRET:-}"
unset FEEDWARDEN_SECRET
# Bytes, not letters, are counted and compared; and Git's bash on Windows is to leave arguments as they are.
export LC_ALL=C MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*'

# What another machine answered, or a value holds, could be a command to the agent that reads this log: without a line
# break, brackets, # and % it is none.
plain() { # foreign text
  local strange='[^A-Za-z0-9 .,:;@_()=+/{}"'"'"'-]'
  local text="${1:0:400}"
  printf '%s' "${text//$strange/?}"
}

tell() { # error, warning or notice; text, what is foreign in it made plain
  local text="Feedwarden: $2"
  if [[ -n "${TF_BUILD:-}" && "$1" != notice ]]; then
    printf '##vso[task.logissue type=%s]%s\n' "$1" "$text"
  elif [[ -n "${GITHUB_ACTIONS:-}" && "$1" != notice ]]; then
    printf '::%s::%s\n' "$1" "$text"
  else
    printf '%s: %s\n' "$1" "$text"
  fi
}

give_up() { # what happened, and what to do
  if [[ "$required" == true ]]; then
    tell error "$1 The package is published all the same; the step is marked as required."
    exit 1
  fi
  tell warning "$1 The package is published, and the next sweep looks at it: nothing is lost but time."
  exit 0
}

# A variable that is not set arrives as an empty text, or from Azure Pipelines as its reference, left as it stands.
given() {
  local reference='^\$\([A-Za-z0-9_.]+\)$'
  [[ -n "$1" && ! "$1" =~ $reference ]]
}

case "${FEEDWARDEN_REQUIRED:-}" in
  [Tt][Rr][Uu][Ee]) required=true ;;
  '' | [Ff][Aa][Ll][Ss][Ee]) required=false ;;
  *) required=true && give_up 'required says neither true nor false.' ;;
esac

for program in curl openssl date od sleep tr; do
  command -v "$program" >/dev/null || give_up "$program is not on this machine: install it, or publish on another agent."
done

address="${FEEDWARDEN_ADDRESS:-}"
given "$address" || give_up 'No address is given: set it to that of the app, such as https://feedwarden.example.com.'
while [[ "$address" == */ ]]; do address="${address%/}"; done
address="${address%/api/hooks/generic}"
# Unencrypted only within one machine: a delivery tells the name of an internal package.
form='^(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$'
[[ "$address" =~ $form ]] || give_up 'The address is not of the form https://host, as PUBLIC_BASE_URL is written.'

# Without TLS there is no proxy either: it would be another machine.
proxies=''
[[ "$address" == https://* ]] || proxies='*'

waits="${FEEDWARDEN_WAITS:-2 4 8 16 30}"
form='^ *(([0-9]|[1-5][0-9]|60)( +|$)){0,10}$'
[[ "$waits" =~ $form ]] ||
  give_up 'FEEDWARDEN_WAITS is no list of at most 10 pauses of 0 to 60 whole seconds, such as 2 4 8: nothing was sent.'
limit="${FEEDWARDEN_TRY_SECONDS:-15}"
# To curl, 0 would be no limit at all.
form='^(60|[1-5]?[0-9](\.[0-9]{1,3})?)$'
[[ "$limit" =~ $form && "$limit" == *[1-9]* ]] ||
  give_up 'FEEDWARDEN_TRY_SECONDS is no number of seconds above 0, up to 60: nothing was sent.'

given "$secret" || give_up 'No secret is given: map FEEDWARDEN_SECRET into the environment of this step.'
secret="${secret//[[:space:]]/}"
secret="${secret#whsec_}"
while [[ "$secret" == *= ]]; do secret="${secret%=}"; done
base64='^[A-Za-z0-9+/]+$'
[[ "$secret" =~ $base64 ]] || secret=''
case "$((${#secret} % 4))" in
  2) padding='==' ;;
  3) padding='=' ;;
  *) padding='' ;;
esac
key="$(printf '%s' "$secret$padding" | openssl base64 -d -A 2>/dev/null | od -An -v -tx1 | tr -d ' \n')"
if ((${#key} < 48 || ${#key} > 128)); then
  give_up 'The secret is no base64 of 24 to 64 bytes, with or without whsec_ before it: it is one of HOOK_SECRETS, generic.'
fi

data=''
add() { # member, value
  local place sign text=''
  given "$2" || return 0
  # No name is as long, and taking a long text apart takes a shell minutes.
  ((${#2} <= 2000)) || give_up "The $1 is longer than 2,000 bytes: nothing was sent."
  for ((place = 0; place < ${#2}; place++)); do
    sign="${2:place:1}"
    case "$sign" in
      '"' | "\\") text+="\\$sign" ;;
      [[:cntrl:]]) give_up "The $1 holds a line break or another control character: nothing was sent." ;;
      *) text+="$sign" ;;
    esac
  done
  data+="${data:+, }\"$1\": \"$text\""
}
add project "${FEEDWARDEN_PROJECT:-}"
add feed "${FEEDWARDEN_FEED:-}"
add ecosystem "${FEEDWARDEN_ECOSYSTEM:-}"
add package "${FEEDWARDEN_PACKAGE:-}"
add version "${FEEDWARDEN_VERSION:-}"
named='no package named'
given "${FEEDWARDEN_PACKAGE:-}" && named="$(plain "$FEEDWARDEN_PACKAGE")"
body="{\"type\": \"package.published\", \"data\": {$data}}"

# HMAC-SHA256 out of two plain digests: `openssl dgst` takes a key as an argument only, which others could read there.
# The key fits into one block of 64 bytes. Source: https://www.rfc-editor.org/rfc/rfc2104
block() { # the key, filled up and mixed with the byte $1, as escapes that printf understands
  local place byte mixed all=''
  for ((place = 0; place < 128; place += 2)); do
    byte="${key:place:2}"
    printf -v mixed '\\0%03o' "$((0x${byte:-00} ^ $1))"
    all+="$mixed"
  done
  printf '%s' "$all"
}
inner="$(block 0x36)"
outer="$(block 0x5c)"

signed() { # the signature of a text, in base64
  {
    printf '%b' "$outer"
    { printf '%b' "$inner" && printf '%s' "$1"; } | openssl dgst -sha256 -binary
  } | openssl dgst -sha256 -binary | openssl base64 -A
}

# The same over all tries, so that a try whose answer was lost is known as a repeat.
id="publish-$(openssl rand -hex 16)"
[[ "$id" =~ ^publish-[0-9a-f]{32}$ ]] || give_up 'openssl gives no random number.'

status='^[0-9][0-9][0-9]$'
attempt() { # sets ended, code, and answer made plain
  local now signature
  # The door refuses what was signed more than five minutes ago, so each try is signed anew.
  now="$(date +%s)"
  signature="$(signed "$id.$now.$body")"
  [[ ${#signature} == 44 ]] || give_up 'openssl gives no digest.'
  # -q comes first: a .curlrc of the machine's user could lead this elsewhere, or keep a trace of it.
  answer="$(printf '%s' "$body" | curl -q --silent --show-error --globoff --proto '=http,https' \
    --connect-timeout 5 --max-time "$limit" --max-filesize 65536 ${proxies:+--noproxy "$proxies"} \
    --header 'Content-Type: application/json' --header "webhook-id: $id" \
    --header "webhook-timestamp: $now" --header "webhook-signature: v1,$signature" \
    --data-binary @- --write-out '\n%{http_code}' "$address/api/hooks/generic" 2>&1)"
  ended=$?
  code="${answer##*$'\n'}"
  if [[ "$code" =~ $status ]]; then
    answer="${answer%$'\n'*}"
  else
    code='nothing'
  fi
  # Without an answer curl writes 000, below its own words and an empty line.
  [[ $ended == 0 ]] || code=''
  while [[ "$answer" == *$'\n' ]]; do answer="${answer%$'\n'}"; done
  answer="$(plain "$answer")"
}

judge() { # ends the step, or sets reason where another try may help
  case "$ended/$code" in
    0/202)
      # Also where the log takes no line.
      tell notice "$answer ($named, $id)"
      exit 0
      ;;
    0/408 | 0/429 | 0/5??) reason="it answered $code" ;;
    0/400) give_up "The delivery was refused: $answer." ;;
    0/401) give_up "The delivery was refused: $answer. Compare FEEDWARDEN_SECRET with HOOK_SECRETS, and this machine's clock." ;;
    0/413) give_up 'The delivery was refused as too large: look at the values that are given.' ;;
    0/*) give_up "It answered $code in place of 202: is the address that of the app, without /api, and is it started?" ;;
    1/* | 2/* | 3/*) give_up "curl cannot be used here: $answer." ;;
    51/* | 58/* | 60/* | 77/*) give_up "The connection is not trusted: $answer." ;;
    *) reason="$answer" ;;
  esac
}

tries=0
reason=''
for wait in 0 $waits; do
  [[ $tries == 0 ]] || sleep "$wait"
  # With the limit of the last try this ends within about two minutes.
  ((SECONDS < 105)) || break
  tries=$((tries + 1))
  attempt
  judge
done
give_up "It could not be told of this publish; tries: $tries, last trouble: $reason."

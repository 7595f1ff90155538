# shellcheck shell=bash
# Keystores for TLS: a key and a certificate of the node's own, made once.

# make_keystore NAME IMAGE: writes keystore.jks and keystore-password to the settings of NAME. The certificate names all masters,
# because any of them may answer. The image's own Java converts it: the format that one version writes an older cannot read.
make_keystore() {
  local dir="$CONFIG_DIR/$1"
  if [ -f "$dir/keystore.jks" ]; then return; fi
  openssl rand -hex 24 | settings "$1" keystore-password
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj "/O=mesoscale/CN=$1.service.consul" \
    -addext "subjectAltName=DNS:$1.service.consul,DNS:localhost,IP:127.0.0.1$(printf ',IP:%s' "${MASTERS[@]}")" \
    -keyout "$dir/key.pem" -out "$dir/certificate.pem"
  openssl pkcs12 -export -name "$1" -inkey "$dir/key.pem" -in "$dir/certificate.pem" -out "$dir/keystore.p12" \
    -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -passout "file:$dir/keystore-password"
  rm -f "$dir/key.pem" "$dir/keystore.new"
  docker run --rm --network none --volume "$dir:/keystore" --entrypoint keytool "$2" -importkeystore -noprompt \
    -srckeystore /keystore/keystore.p12 -srcstoretype PKCS12 -srcstorepass:file /keystore/keystore-password \
    -destkeystore /keystore/keystore.new -deststoretype JKS -deststorepass:file /keystore/keystore-password
  rm -f "$dir/keystore.p12"
  mv "$dir/keystore.new" "$dir/keystore.jks"
}

# keystore_environment NAME: the variable that opens it.
keystore_environment() {
  echo "MESOSPHERE_KEYSTORE_PASS=$(cat "$CONFIG_DIR/$1/keystore-password")"
}

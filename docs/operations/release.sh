#!/bin/sh
# A release without a failed request, as the user gimje:
#   release.sh REF      installs this tag or commit beside what runs, migrates, switches over, restarts
#   release.sh --back   switches to the release before (the tables stay: old code works with the new ones)
# A new release that does not get ready within a minute is switched back by itself.
set -eu

home=${GIMJE_HOME:-/srv/gimje}
repository=${GIMJE_REPOSITORY:-$home/repository}
environment=${GIMJE_ENV:-/etc/gimje.env}
backups=${GIMJE_BACKUPS:-/var/backups/gimje}
restart=${GIMJE_RESTART:-sudo systemctl restart}
web=${GIMJE_WEB:-http://127.0.0.1:8000}
python=${GIMJE_PYTHON:-python3}
venv=${GIMJE_VENV:-}
seed=${GIMJE_SEED:-$home/current}

say() { echo "release: $*"; }

switch_to() {
    ln -sfn "$1" "$home/current.new"
    mv -T "$home/current.new" "$home/current"
    for unit in gimje-web gimje-worker gimje-beat; do
        $restart "$unit"
    done
}

# The new code is there with its tables, keys and files; that a provider is down is no reason to go back.
is_ready() {
    for _ in $(seq 60); do
        if "$python" -c 'import json, os, sys, urllib.error, urllib.request
ask = urllib.request.Request(sys.argv[1] + "/readyz")
ask.add_header("Authorization", "Bearer " + os.environ.get("METRICS_TOKEN", ""))
try:
    answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(ask, timeout=10)
except urllib.error.HTTPError as error:
    answer = error
facts = json.load(answer)
is_whole = facts["database"] and facts["migrated"] and not {"keys", "files"} & set(facts["degraded"])
sys.exit(not is_whole)' "$web" 2> /dev/null
        then return 0; fi
        sleep 1
    done
    return 1
}

set -a
. "$environment"
set +a
export DJANGO_SETTINGS_MODULE=gimje_portal.settings
before=$(readlink "$home/current" || true)

if [ "${1:-}" = "--back" ]; then
    target=$(readlink "$home/previous")
    say "back to $target"
    ln -sfn "$before" "$home/previous"
    switch_to "$target"
    is_ready
    say "done"
    exit 0
fi

ref=${1:?a tag or a commit, or --back}
if [ -n "$(git -C "$repository" remote)" ]; then git -C "$repository" fetch --quiet --tags --force; fi
commit=$(git -C "$repository" rev-parse --short "$ref^{commit}")
new=$home/releases/$(date -u +%Y%m%dT%H%M%S)-$commit
say "$ref is $commit, to $new"
mkdir -p "$new"
git -C "$repository" archive "$commit" | tar -x -C "$new"
cd "$new"

if [ -n "$venv" ]; then
    ln -s "$venv" venv
else
    "$python" -m venv venv
    venv/bin/pip install --quiet --require-hashes --only-binary=:all: -r requirements.txt
fi
# What did not change is taken over; the files of the release before stay for pages that are open just now.
for folder in build node_modules; do
    if [ -d "$seed/$folder" ]; then cp -a "$seed/$folder" "$folder"; fi
done

venv/bin/python -m gimje_portal.assets
venv/bin/python manage.py collectstatic --noinput --ignore rest_framework -v 0
if [ -n "$before" ]; then
    venv/bin/python manage.py check --deploy --fail-level WARNING
    (cd "$before" && venv/bin/python manage.py backup "$backups")
    venv/bin/python manage.py migrate --noinput -v 0
else
    venv/bin/python manage.py migrate --noinput -v 0
    venv/bin/python manage.py check --deploy --fail-level WARNING
fi

say "switching over"
switch_to "$new"
if is_ready; then
    if [ -n "$before" ]; then ln -sfn "$before" "$home/previous"; fi
    ls -d "$home"/releases/* | head -n -5 | while read -r old; do
        case "$old" in "$before" | "$new") ;; *) rm -rf "$old" ;; esac
    done
    say "$ref runs"
    exit 0
fi
say "$ref does not get ready; /readyz says why"
if [ -n "$before" ]; then
    say "back to $before"
    switch_to "$before"
fi
exit 1

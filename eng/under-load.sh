#!/usr/bin/env bash
# Runs all tests several times while busy loops compete for the processors, and says which tests failed and how long each run took.
# Usage: eng/under-load.sh [RUNS=5] [LOOPS=8] [FILTER]. Build first. Every run is ended after an hour (exit code 124).
# Set CI=true so that tests fail, and are not skipped, where a program is not installed.
# FILTER is that of dotnet test. 'FullyQualifiedName!~NativeAot' leaves out a test that compiles for minutes even without load.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_UI_LANGUAGE=en
runs=${1:-5} loops=${2:-8} filter=${3:-} status=0

pids=()
trap 'kill "${pids[@]}" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
for ((i = 0; i < loops; i++)); do
  timeout "${runs}h" sh -c 'while :; do :; done' &
  pids+=($!)
done

for ((run = 1; run <= runs; run++)); do
  log=$(mktemp)
  start=$SECONDS
  timeout --kill-after 1m 1h dotnet test EndpointMtls.sln --no-build ${filter:+--filter "$filter"} </dev/null >"$log" 2>&1 &
  pids[loops]=$! # Waited for in the background, so that a signal ends the script at once.
  wait "${pids[loops]}" && rc=0 || rc=$?
  grep -E '^ *Failed |^(Passed|Failed)!' "$log"
  echo "Run $run of $runs: exit code $rc after $((SECONDS - start)) s"
  if ((rc == 0)); then rm "$log"; else status=1; echo "Log: $log"; fi
done
exit $status

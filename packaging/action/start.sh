#!/usr/bin/env bash
# Starts flow-mock on a free port and waits until it is ready: the step of action.yml. report.py stops it.
# Environment: BINARY or IMAGE, SEED, OPTIONS (inputs of the action), FLOW_MOCK_<OPTION>, and what a runner sets.
set -euo pipefail

read -r -d '' -a arguments <<<"$OPTIONS" || true # true: it ends at the end of the text
for argument in "${arguments[@]}"; do
  case ${argument%%=*} in
  --host | --port-file | --admin-token)
    echo "::error title=flow-mock::${argument%%=*} cannot be one of the options; a token is given as FLOW_MOCK_ADMIN_TOKEN"
    exit 1
    ;;
  esac
done

folder=$RUNNER_TEMP/flow-mock
mkdir "$folder" || {
  echo '::error title=flow-mock::A flow-mock of this job is running already; report on it first'
  exit 1
}

[[ -z $SEED ]] || arguments+=(--seed "$SEED")
# In the environment, so that a --port among the options comes first.
export FLOW_MOCK_PORT=${FLOW_MOCK_PORT:-0} FLOW_MOCK_PORT_FILE=$folder/port

command=("$BINARY")
if [[ -n $IMAGE ]]; then
  docker image inspect "$IMAGE" >"$folder/image" 2>&1 || docker pull --quiet "$IMAGE"
  # On the host's loopback address the control API needs no token. Files have the same paths as outside.
  command=(docker run --rm --network host --user "$(id -u):$(id -g)" --entrypoint flow-mock
    --volume "$folder:$folder" --volume "$PWD:$PWD" --workdir "$PWD")
  for name in "${!FLOW_MOCK_@}"; do
    command+=(--env "$name")
  done
  command+=("$IMAGE")
fi

{
  "${command[@]}" "${arguments[@]}" &
  echo $! >"$folder/pid"
  code=0
  wait $! || code=$?
  echo "$code" >"$folder/exit-code"
} </dev/null >"$folder/log" 2>&1 &

for ((tenths = 0; tenths < 300; tenths++)); do
  [[ ! -s $folder/port && ! -s $folder/exit-code ]] || break
  sleep 0.1
done

if ! { [[ -s $folder/port ]] && url=http://127.0.0.1:$(<"$folder/port") &&
  curl -sf --noproxy '*' --max-time 10 -o "$folder/ready" "$url/__admin/health/ready"; }; then
  log=$(tail -n 20 "$folder/log")
  log=${log//'%'/%25} log=${log//$'\r'/%0D}
  echo "::error title=flow-mock did not start::${log//$'\n'/%0A}"
  [[ -s $folder/exit-code ]] || kill "$(<"$folder/pid")"
  rm -rf "$folder"
  exit 1
fi

# No FLOW_MOCK_PORT: it is the variable of an option, and would set the port of every other flow-mock of the job.
echo "FLOW_BASE_URL=$url" >>"$GITHUB_ENV"
echo "base-url=$url" >>"$GITHUB_OUTPUT"
echo "flow-mock is ready at $url"

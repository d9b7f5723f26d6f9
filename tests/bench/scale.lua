-- For wrk: method, name before the sandboxes' numbers, and how many of them there are, behind `--`. Each request is to any of
-- them. The last line printed is the result, as JSON, in µs.
function init(arguments)
  method, sandbox, sandboxes = arguments[1], arguments[2], tonumber(arguments[3])
  math.randomseed(os.time())
end

function request()
  wrk.headers["x-sandbox-name"] = sandbox .. math.random(sandboxes)
  return wrk.format(method)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "us": %d, "p50_us": %d, "p99_us": %d, "wrong": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end

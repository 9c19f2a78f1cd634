-- wrk's side of a measurement: sends the requests of a file in turn and reports one line.
-- Arguments: <file, one request a line: a POST's body, or "Bearer " and a token; of a GET "Cookie " and cookies, or "GET" and no key>
-- <X-API-Key>

local requests, next_request = {}, 0

local function format(line, api_key)
  if line == "GET" then
    return wrk.format("GET", nil, {})
  end
  if line:find("^Bearer ") then
    return wrk.format("POST", nil, { ["X-API-Key"] = api_key, ["Authorization"] = line, ["Content-Length"] = "0" })
  end
  local cookies = line:match("^Cookie (.+)$")
  if cookies then return wrk.format("GET", nil, { ["X-API-Key"] = api_key, ["Cookie"] = cookies }) end
  return wrk.format("POST", nil, { ["X-API-Key"] = api_key, ["Content-Type"] = "application/json" }, line)
end

function init(arguments)
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = format(line, arguments[2])
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency, _)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)))
end

-- Asks Gatehouse whether a request may pass, by HAProxy's own HTTP client: /etc/haproxy/forward_auth.lua, for forward-auth.cfg beside it.
-- Sets txn.status and, where Gatehouse says it, txn.login_url; of a request that passes, the fields that tell who the user is.
local key = os.getenv("GATEHOUSE_KEY") or ""
local timeout_ms = 10000

local passed_on = { "authorization", "cookie", "accept" }
local told = {
  "x-user-id", "x-user-email", "x-user-name", "x-user-roles", "x-session-expires",
  "remote-user", "remote-email", "remote-name", "remote-groups",
}

-- HAProxy counts from 0, Lua's lists from 1.
local function list(values)
  local copy = {}
  if values[0] then copy[1] = values[0] end
  for _, value in ipairs(values) do copy[#copy + 1] = value end
  return copy
end

local function question(txn)
  local given = txn.http:req_get_headers()
  local fields = {
    ["x-api-key"] = { key },
    ["x-forwarded-for"] = { txn.f:src() },
    ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
    ["x-forwarded-uri"] = { txn.f:pathq() },
    ["x-forwarded-method"] = { txn.f:method() },
  }
  if given["host"] then fields["x-forwarded-host"] = list(given["host"]) end
  for _, name in ipairs(passed_on) do
    if given[name] then fields[name] = list(given[name]) end
  end
  return fields
end

core.register_action("forward_auth", { "http-req" }, function(txn, url)
  local answer = core.httpclient():get{ url = url, headers = question(txn), timeout = timeout_ms }
  local fields = answer.headers or {}
  txn:set_var("txn.status", answer.status or 0)
  if fields["x-login-url"] then txn:set_var("txn.login_url", list(fields["x-login-url"])[1]) end
  if answer.status ~= 200 then return end
  for _, name in ipairs(told) do
    if fields[name] then txn.http:req_set_header(name, list(fields[name])[1]) end
  end
end, 1)

#!lua flags=allow-oom
-- Purpose: heartbeat: one call keeps all leases of a holder alive.
-- KEYS: common.lua.
-- ARGV: [2] lease in ms, [3...] sessions.
-- Result: per session how many leases it holds; -1 if it is not known or has expired.
--- @include common

local refused = enter()
if refused then return refused end
local held = {}
for i = 3, #ARGV do
  local expires = redis.call('ZSCORE', SESSIONS, ARGV[i])
  if expires and tonumber(expires) > S.ms then
    redis.call('ZADD', SESSIONS, 'XX', 'GT', S.ms + tonumber(ARGV[2]), ARGV[i])
    held[#held + 1] = redis.call('ZCOUNT', LEASES, ARGV[i], ARGV[i])
  else
    held[#held + 1] = -1
  end
end
save()
return held

#!lua flags=allow-oom
-- Purpose: heartbeat: one call keeps all leases of a holder alive.
-- KEYS: common.lua.
-- ARGV: [2] lease in ms, [3...] sessions.
-- Result: one letter per session: 1 renewed, 0 not known or expired.
--- @include common

local refused = enter()
if refused then return refused end
local alive = {}
for i = 3, #ARGV do
  local expires = redis.call('ZSCORE', SESSIONS, ARGV[i])
  if expires and tonumber(expires) > S.ms then
    redis.call('ZADD', SESSIONS, 'XX', 'GT', S.ms + tonumber(ARGV[2]), ARGV[i])
    alive[#alive + 1] = '1'
  else
    alive[#alive + 1] = '0'
  end
end
save()
return table.concat(alive)

#!lua flags=no-writes,allow-oom
-- Purpose: the counters of a queue, without reading any message.
-- KEYS: common.lua. ARGV: common.lua.
-- Result: ready, delayed, in flight, dead, age of the oldest ready message in ms, paused (1 or 0).
--- @include common

local refused = enter(true)
if refused then return refused end
local due = redis.call('ZCOUNT', DELAYED, '-inf', S.ms)
local oldest = redis.call('ZRANGE', AGE, 0, 0, 'WITHSCORES')[2]
return {
  redis.call('ZCARD', AGE) + redis.call('HLEN', FOLLOW) + due,
  redis.call('ZCARD', DELAYED) - due,
  redis.call('ZCARD', LEASES),
  redis.call('ZCARD', DEAD),
  oldest and math.max(0, S.ms - tonumber(oldest)) or 0,
  S.paused and 1 or 0,
}

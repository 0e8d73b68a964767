#!lua flags=no-writes,allow-oom
-- Purpose: the counters of a queue, without reading any message.
-- KEYS: common.lua. ARGV: common.lua.
-- Result: ready, delayed, in flight, dead, age of the oldest ready message in ms, paused (1 or 0).
--- @include common

local refused = enter(true)
if refused then return refused end
local due = redis.call('ZCOUNT', DELAYED, '-inf', S.ms)
local ready = redis.call('ZCARD', READY) + redis.call('ZCARD', GREADY)
-- A tenth of a second; it has the oldest message, which is told no older than it is.
local oldest = ready > 0 and redis.call('ZRANGE', AGE, 0, 0)[1]
local first_due = due > 0 and redis.call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')[2]
local age = oldest and S.ms - tonumber(oldest) * 100 - 99 or 0
if first_due then age = math.max(age, S.ms - tonumber(first_due)) end
return {
  ready + redis.call('HLEN', FOLLOW) + due,
  redis.call('ZCARD', DELAYED) - due,
  redis.call('ZCARD', LEASES),
  redis.call('ZCARD', DEAD),
  math.max(0, age),
  S.paused and 1 or 0,
}

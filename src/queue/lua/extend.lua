#!lua flags=allow-oom
-- Purpose: lets one lease last longer than the heartbeat of its holder grants: it gets a session of its own.
-- KEYS: common.lua.
-- ARGV: [2] nonce of this call, [3] its place in ANSWERS, [4] lease `<token>:<id>`, [5] ms from now.
-- Result: expiry and session, or an empty list if the lease is not held.
--- @include common

local refused = enter()
if refused then return refused end
local nonce, place = ARGV[2], ARGV[3]
local before = answer_before(place, nonce)
if before then
  local expires, session = string.match(before, '^(%d+) (%d+)$')
  return { tonumber(expires), session }
end
local holder = redis.call('ZSCORE', LEASES, ARGV[4])
local expires = holder and redis.call('ZSCORE', SESSIONS, holder)
if not expires or tonumber(expires) <= S.ms then return {} end
local wanted = S.ms + tonumber(ARGV[5])
if tonumber(expires) >= wanted then return { tonumber(expires), holder } end
local session = pad(take(1))
redis.call('ZADD', SESSIONS, wanted, session)
redis.call('ZADD', LEASES, session, ARGV[4])
keep_answer(place, nonce .. ' ' .. wanted .. ' ' .. session)
save()
return { wanted, session }

#!lua flags=allow-oom
-- Purpose: removes dead letters for good.
-- KEYS: common.lua.
-- ARGV: [2] nonce of this call, [3] its place in ANSWERS, [4] most letters, [5...] ids; none: the oldest.
-- Result: how many.
--- @include common pick

local refused = enter()
if refused then return refused end
local nonce, place = ARGV[2], ARGV[3]
local before = answer_before(place, nonce)
if before then return tonumber(before) end
local ids = pick_letters(tonumber(ARGV[4]), 5)
local removed = 0
if #ids > 0 then
  redis.call('HDEL', LETTERS, unpack(ids))
  removed = redis.call('ZREM', DEAD, unpack(ids))
end
keep_answer(place, nonce .. ' ' .. removed)
save()
return removed

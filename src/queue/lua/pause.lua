#!lua flags=allow-oom
-- Purpose: stops or starts giving out messages; sends go on.
-- KEYS: common.lua.
-- ARGV: [2] nonce of this call, [3] its place in ANSWERS, [4] 1 pause, 0 resume.
-- Result: 1.
--- @include common place

local refused = enter()
if refused then return refused end
local nonce, place = ARGV[2], ARGV[3]
if answer_before(place, nonce) then return 1 end
redis.call('HSET', META, 'paused', ARGV[4])
S.paused = ARGV[4] == '1'
wake()
keep_answer(place, nonce .. ' 1')
save()
return 1

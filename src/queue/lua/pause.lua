#!lua flags=allow-oom
-- Purpose: stops or starts giving out messages; sends go on.
-- KEYS: common.lua.
-- ARGV: [2] 1 pause, 0 resume.
-- Result: 1.
--- @include common place

local refused = enter()
if refused then return refused end
redis.call('HSET', META, 'paused', ARGV[2])
S.paused = ARGV[2] == '1'
wake()
save()
return 1

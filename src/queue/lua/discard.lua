#!lua flags=allow-oom
-- Purpose: removes dead letters for good.
-- KEYS: common.lua.
-- ARGV: [2] most letters, [3...] ids; none: the oldest.
-- Result: how many.
--- @include common pick

local refused = enter()
if refused then return refused end
local ids = pick_letters(tonumber(ARGV[2]), 3)
if #ids == 0 then return 0 end
redis.call('HDEL', LETTERS, unpack(ids))
return redis.call('ZREM', DEAD, unpack(ids))

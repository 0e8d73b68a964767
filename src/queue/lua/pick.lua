-- Purpose: the selection that requeue and discard share. KEYS, ARGV: common.lua.
-- Result: none; included.

-- The ids from ARGV[at] on, or without any the `limit` oldest letters.
local function pick_letters(limit, at)
  if #ARGV < at then return redis.call('ZRANGE', DEAD, 0, limit - 1) end
  local ids = {}
  for i = at, #ARGV do ids[#ids + 1] = ARGV[i] end
  return ids
end

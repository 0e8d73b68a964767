#!lua flags=allow-oom
-- Purpose: replaces a session after an answer was lost. Leases that the holder names go over to the new
--   session; the others of the old one (their answer never arrived) go back unstarted, at most 100 a call.
--   A late command of the old session is refused from here on, and so is one that was to open it. Asked again, as the
--   answer was lost, it answers the same.
-- KEYS: common.lua.
-- ARGV: [2] old session, or `<opener>:<n>` of the step that was to open it, [3] lease in ms, [4...] leases `<token>:<id>` that are held.
-- Result: session, expiry, one digit per lease (1 kept; 2 settled, as the old session lives and does not have
--   it any more; 0 lost), 1 if more is to be given back: call again.
-- Errors: none of its own.
--- @include common place

local GIVE_BACK_MOST = 100
local refused = enter()
if refused then return refused end
local old, lease_ms = ARGV[2], tonumber(ARGV[3])
local asked = #ARGV - 3
local opener, opening = string.match(old, '^(%w+):(%d+)$')
if opener then
  old = opened(opener, opening)
  if not old then keep_opened(opener, opening, '-') end
  if not old or old == '-' then return { '0', S.ms + lease_ms, string.rep('0', asked), 0 } end
end
local before = asked > 0 and redis.call('HGET', ANSWERS, 'attach ' .. old)
if before and #before == 17 + asked then
  local session, fates = string.sub(before, 1, 16), string.sub(before, 18)
  local until_ms = tonumber(redis.call('ZSCORE', SESSIONS, session) or 0)
  if until_ms > S.ms then
    redis.call('ZADD', SESSIONS, 'GT', S.ms + lease_ms, session)
  else
    session, fates = '0', string.gsub(fates, '1', '0')
  end
  return { session, S.ms + lease_ms, fates, 1 }
end
local old_expires = redis.call('ZSCORE', SESSIONS, old)
local live = old_expires and tonumber(old_expires) > S.ms
local session, expires = pad(take(1)), S.ms + lease_ms
local kept, any = {}, false
-- Before its leases: one without a session would never lapse.
if asked > 0 then redis.call('ZADD', SESSIONS, expires, session) end
for i = 4, #ARGV do
  -- Its session may be one of an attach before this one, whose answer was lost too.
  local holder = redis.call('ZSCORE', LEASES, ARGV[i])
  local until_ms = holder and redis.call('ZSCORE', SESSIONS, holder)
  if until_ms and tonumber(until_ms) > S.ms then
    redis.call('ZADD', LEASES, session, ARGV[i])
    kept[#kept + 1], any = '1', true
  else
    kept[#kept + 1] = live and not holder and '2' or '0'
  end
end
if asked > 0 and not any then redis.call('ZREM', SESSIONS, session) end
local fates = table.concat(kept)
if asked > 0 then keep_answer('attach ' .. old, (any and session or string.rep('0', 16)) .. ' ' .. fates) end
local more = 0
if live then
  local rest = redis.call('ZRANGEBYSCORE', LEASES, old, old, 'LIMIT', 0, GIVE_BACK_MOST)
  for _, member in ipairs(rest) do
    give_back(string.sub(member, 18), 0)
    redis.call('ZREM', LEASES, member)
  end
  if #rest == GIVE_BACK_MOST then more = 1 else redis.call('ZREM', SESSIONS, old) end
end
if S.wake or S.rearm then wake() end
save()
return { any and session or '0', expires, fates, more }

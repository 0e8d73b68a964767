#!lua flags=allow-oom
-- Purpose: the whole hot loop of a worker in one call: recovers expired leases (at most 20), settles, promotes
--   what is due (at most 100), leases up to `want` messages and buries those that expired (at most 100).
-- KEYS: common.lua.
-- ARGV: [2] session, 0 for none yet, with the sessions of extended leases after commas; [3] lease in ms; [4] messages wanted; [5] most bytes to answer;
--   [6] with session 0: `<opener>:<n>`, by which `attach` finds the session that this opens; else empty;
--   [7] n, then n leases `<token>:<id>` that are done; then four per other outcome: kind (r retry, d dead,
--   b given back), lease, delay in ms, error (JSON).
-- Result: now, settled (1 or 0 per outcome, in the order given), first fencing token (they are consecutive),
--   expiry of the leases, session, ms until the next look is due (-1: nothing is), then the records.
-- Error: QUEUESESSION if the session is not known or has expired, or `attach` has been asked for what this was to
--   open; nothing was changed then.
--- @include common place

local RECOVER_MOST, PROMOTE_MOST, BURY_MOST = 20, 100, 100
-- So many at a time where messages have expired.
local PACE = 8
-- 'x', the flag of a record with a group or an expiry.
local EXTENDED = 120
-- No lease. A member over 64 bytes has Redis keep the set as a skip list; short of 128 members it would else be a list,
-- which is read from end to end for every lease that comes and goes.
local WIDE = string.rep('~', 65)
local LEASE_EXPIRED = '{"type":"lease_expired","message":"the lease expired"}'
local MESSAGE_EXPIRED = '{"type":"expired","message":"the message expired before it was started"}'

local refused = enter()
if refused then return refused end
local session, others = string.match(ARGV[2], '^(%d+)(.*)$')
local lease_ms, want, budget = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local expires = S.ms + lease_ms
if session ~= '0' then
  local known = redis.call('ZSCORE', SESSIONS, session)
  if not known or tonumber(known) <= S.ms then return redis.error_reply('QUEUESESSION ' .. session) end
  redis.call('ZADD', SESSIONS, expires, session)
end
local opener, opening = string.match(ARGV[6], '^(%w+):(%d+)$')
if opener and opened(opener, opening) then return redis.error_reply('QUEUESESSION ' .. ARGV[6]) end
for other in string.gmatch(others, '%d+') do
  local until_ms = tonumber(redis.call('ZSCORE', SESSIONS, other) or 0)
  if until_ms > S.ms and until_ms < expires then redis.call('ZADD', SESSIONS, expires, other) end
end

local expired = {}
local function recover()
  local left = RECOVER_MOST
  for _, s in ipairs(redis.call('ZRANGEBYSCORE', SESSIONS, '-inf', S.ms, 'LIMIT', 0, RECOVER_MOST)) do
    expired[s] = true
    if left > 0 then
      local members = redis.call('ZRANGEBYSCORE', LEASES, s, s, 'LIMIT', 0, left)
      for _, member in ipairs(members) do
        fail(string.sub(member, 18), 0, LEASE_EXPIRED)
        redis.call('ZREM', LEASES, member)
      end
      left = left - #members
      if left > 0 then redis.call('ZREM', SESSIONS, s) end
    end
  end
end

local settled = {}
local done = tonumber(ARGV[7])
local function settle_done()
  if done == 0 then return end
  local holders = redis.call('ZMSCORE', LEASES, unpack(ARGV, 8, 7 + done))
  -- Counted here and below, as Lua searches for the end of a table that it is asked the length of.
  local held, ids, n = {}, {}, 0
  for i = 1, done do
    local holder = holders[i]
    if holder and not expired[holder] then
      n = n + 1
      local member = ARGV[7 + i]
      settled[i], held[n], ids[n] = '1', member, string.sub(member, 18)
    else
      settled[i] = '0'
    end
  end
  if n == 0 then return end
  if redis.call('HLEN', FOLLOW) == 0 and redis.call('HLEN', GACTIVE) == 0 then
    redis.call('HDEL', MSGS, unpack(ids))
  else
    for _, id in ipairs(ids) do finish(id) end
  end
  redis.call('ZREM', LEASES, unpack(held))
end

local function settle_other()
  for at = 8 + done, #ARGV, 4 do
    local kind, member, delay, err = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
    local holder = redis.call('ZSCORE', LEASES, member)
    local ok = holder and not expired[holder]
    settled[#settled + 1] = ok and '1' or '0'
    if ok then
      local id = string.sub(member, 18)
      if kind == 'r' then
        fail(id, delay, err)
      elseif kind == 'd' then
        local rec = redis.call('HGET', MSGS, id)
        if rec then
          local r = parse(rec)
          bury(id, r, r.retries + 1, err)
          finish(id)
        end
      else
        give_back(id, delay)
      end
      redis.call('ZREM', LEASES, member)
    end
  end
end

local function promote()
  local due = redis.call('ZRANGEBYSCORE', DELAYED, '-inf', S.ms, 'LIMIT', 0, PROMOTE_MOST)
  if #due == 0 then return end
  local recs = redis.call('HMGET', MSGS, unpack(due))
  for i, id in ipairs(due) do
    if recs[i] then place_ready(id, parse(recs[i])) end
  end
  redis.call('ZREM', DELAYED, unpack(due))
  S.wake = true
end

-- A message of a group has left READY: the group runs.
local function start_group(id, r)
  local g = load_group(r.group)
  -- An error may have left it there.
  redis.call('ZREM', GREADY, group_member(r, id))
  redis.call('HSET', GACTIVE, id, r.group)
  g.running, g.first = id, nil
  save_group(g)
end

local first = 0
local records, members, taken, answered = {}, {}, 0, 0
local ages = {}
-- Leases the records from number `from` on, and takes as many as `count` from the head of READY: in this order, so that
-- an error between two commands leaves a message in two places rather than in none.
local function grant(from, count)
  if from <= taken then
    if first == 0 then
      if session == '0' then
        session = pad(take(1))
        redis.call('ZADD', SESSIONS, expires, session)
        if opener then keep_opened(opener, opening, session) end
      end
      first = take(want)
    end
    local leases, n = { session, WIDE }, 2
    for i = from, taken do
      leases[n + 1], leases[n + 2] = session, pad(first + i - 1) .. ':' .. members[i]
      n = n + 2
    end
    redis.call('ZADD', LEASES, unpack(leases))
    for age, messages in pairs(ages) do count_by_age(age, -messages) end
    ages = {}
  end
  if count > 0 then redis.call('ZREMRANGEBYRANK', READY, 0, count - 1) end
  if from <= taken then redis.call('ZREM', LEASES, WIDE) end
end

-- The first of READY has expired: it is dead without a run.
local function drop(member, id, r)
  bury(id, r, r.retries, MESSAGE_EXPIRED)
  S.bytes = S.bytes - #r.body
  count_by_age(age_of(r.sent), -1)
  if r.group then start_group(id, r) end
  finish(id)
  redis.call('ZREM', READY, member)
end

local left, size = want + BURY_MOST, want
-- Takes the first of READY, to be leased or, where their time has passed, to be dead. A death makes the group's
-- next one or a follow-up ready, which may come before those that were read along: they stay until it is placed.
-- Answers false when there is nothing more to take.
local function pop()
  local firsts = redis.call('ZRANGE', READY, 0, math.min(want - taken, left, size) - 1)
  if #firsts == 0 then return false end
  local ids = {}
  for i, member in ipairs(firsts) do ids[i] = id_of_ready(member) end
  local recs = redis.call('HMGET', MSGS, unpack(ids))
  local from, count, go_on = taken + 1, 0, true
  local starting, dead = {}, nil
  for i, id in ipairs(ids) do
    local rec = recs[i]
    if rec then
      local r = string.byte(rec) == EXTENDED and parse(rec)
      if r and r.expires > 0 and r.expires <= S.ms then
        dead = r
        break
      end
      if answered > 0 and answered + #rec > budget then
        go_on = false
        break
      end
      answered = answered + #rec
      S.bytes = S.bytes - body_bytes(rec)
      taken = taken + 1
      records[taken], members[taken] = rec, id
      local age = age_of(rec, 20)
      ages[age] = (ages[age] or 0) + 1
      if r and r.group then starting[id] = r end
    end
    count = i
  end
  -- Before their leases: after an error in between they are still in READY, and nothing of their groups beside them.
  for id, r in pairs(starting) do start_group(id, r) end
  grant(from, count)
  left = left - count
  size = want
  if dead then
    drop(firsts[count + 1], ids[count + 1], dead)
    left = left - 1
    size = PACE
  end
  return go_on
end

-- When there is nothing to take: how long nobody needs to look.
local function next_look()
  local head = redis.call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
  local other = redis.call('ZRANGE', SESSIONS, 0, 0, 'WITHSCORES')
  local at = math.min(tonumber(head[2] or math.huge), tonumber(other[2] or math.huge))
  if at == math.huge then return -1 end
  return math.max(0, at - S.ms)
end

recover()
settle_done()
settle_other()
promote()
if not S.paused then
  while taken < want and left > 0 do
    if not pop() then break end
  end
end
local more = want > 0 and not S.paused and redis.call('EXISTS', READY) == 1
local look = -1
if taken == 0 and want > 0 then
  look = more and 0 or next_look()
  -- Nothing is ready: what an error has left of the counts goes.
  if not more and not S.paused and redis.call('EXISTS', GREADY) == 0 then redis.call('DEL', AGE) end
end
if S.rearm or more or (S.wake and want == 0) then wake() end
save()
return { S.ms, table.concat(settled), pad(first), expires, session, look, unpack(records) }

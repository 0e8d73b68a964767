import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../handlers/commands.ts';
import { issueCommentHandler } from '../../handlers/issue-comment.ts';
import { issueCommentEvent } from '../../src/events/payloads.ts';

describe('commands', () => {
  it.each([
    ['/checkmend fix', ['fix']],
    ['/checkmend   RERUN please', ['rerun']],
    ['  /CheckMend why\r\n', ['why']],
    ['Hello!\n\n/checkmend pause\nThanks.', ['pause']],
    ['/checkmend resume\n/checkmend fix\n/checkmend fix', ['resume', 'fix']],
    ['```\ncode\n```\n/checkmend explain', ['explain']],
    ['> quoted\n\n/checkmend fix', ['fix']],
    ['<!-- note -->\n/checkmend fix', ['fix']],
    ['<!-- a --> <!-- b -->\n/checkmend fix', ['fix']],
    ['a <!--\nb --> c\n/checkmend fix', ['fix']],
    ['- ```\n  code\n  ```\n/checkmend fix', ['fix']],
    ['<pre>a</pre>\n/checkmend fix', ['fix']],
    ['a ` alone\n/checkmend fix', ['fix']],
    ['`a` and `b`\n/checkmend fix\n`c`', ['fix']],
    ['a `\n\n/checkmend fix\n`', ['fix']],
    ['a ``\n/checkmend fix\n`', ['fix']],
    ['```npm test``` fails\n\n/checkmend fix', ['fix']],
    ['# it`s\n/checkmend fix\ncan`t', ['fix']],
    ['> ```\n> x\n> ```\n/checkmend fix', ['fix']],
    ['<details>\n\n/checkmend fix\n\n</details>', ['fix']],
    ['<blockquote>a</blockquote>\n\n/checkmend fix', ['fix']],
  ])('%j are %j', (body, commands) => {
    expect(commandsOf(body)).toEqual(commands);
  });

  it.each([
    '/checkmend',
    '/checkmend frobnicate',
    '/checkmend fixx',
    '/checkmend ignore',
    '/checkmend evaluate',
  ])('%s asks for help', (body) => {
    expect(commandsOf(body)).toEqual(['help']);
  });

  it.each([
    ['nothing of ours', 'looks good to me, /shipit'],
    ['in the middle of a line', 'please /checkmend fix'],
    ['a quoted line', '> /checkmend fix'],
    ['a quoted line after spaces', '   > /checkmend fix'],
    ['a quotation that goes on without its mark', '> ann wrote\n/checkmend fix'],
    ['a quotation of a quotation', '> > /checkmend fix\n>\n> /checkmend why'],
    ['a block of code', '```\n/checkmend fix\n```'],
    ['a block of code with a language', '~~~sh\n/checkmend fix\n~~~'],
    ['a block that a shorter fence does not end', '````\n```\n/checkmend fix\n````'],
    ['a block that another fence does not end', '```\n~~~\n/checkmend fix\n```'],
    ['a block that never ends', '```\n/checkmend fix'],
    ['indented code', 'so:\n\n    /checkmend fix\n\n\t/checkmend fix'],
    ['inline code', '`/checkmend fix`'],
    ['inline code that goes over lines', 'so `a\n/checkmend fix` here'],
    ['inline code that another run of backticks does not end', '``a ` b\n/checkmend fix\nc ` d``'],
    ['a hidden comment', '<!--\n/checkmend fix\n-->'],
    ['a hidden comment that begins in a line', 'so <!--\n/checkmend fix\n-->'],
    ['a hidden comment after another', '<!-- a --> <!-- b\n/checkmend fix\n-->'],
    ['a block of code in a list', '1. ```\n   /checkmend fix\n   ```'],
    ['a quotation in a list', '- > ann wrote\n  /checkmend fix'],
    ['preformatted text', 'so: <pre>\n/checkmend fix\n</pre>'],
    ['a list', '- /checkmend fix'],
    ['a heading', '# /checkmend fix'],
    ['what is escaped', '\\/checkmend fix'],
    ['what is emphasised', '**/checkmend fix**'],
    ['code whose line before is indented', 'text `a\n    continued\n/checkmend fix\nb`'],
    ['code whose line before looks like a list', '`a\n14. b\n/checkmend fix\nc`'],
    ['code whose line before has an odd blank', '`a\n\u00a0\n/checkmend fix\nb`'],
    ['a quotation whose line before has an odd blank', '> a\n\u00a0\n/checkmend fix'],
    [
      'a block that a fence further in does not end',
      '```\nSo:\n    ```\n    a\n    ```\n/checkmend fix\n```',
    ],
    ['a block with an odd separator behind its mark', '```js\u2028\n/checkmend fix\n```'],
    ['a comment that begins behind backticks', 'a ``` <!-- `\n/checkmend fix\n-->'],
    ['code that begins behind a comment', 'a <!-- b\nc --> `d\n/checkmend fix\ne`'],
    ['a quotation in HTML', '<blockquote>\n\n/checkmend fix\n\n</blockquote>'],
    ['code in HTML', 'so: <code>\n/checkmend fix\n</code>'],
    ['an attribute', 'so: <a title="\n/checkmend fix\n">b</a>'],
    ['a table', '/checkmend fix | b\n--- | ---\n/checkmend why | c'],
    ['a longer word', '/checkmend-fix /checkmender fix'],
  ])('are not in %s', (_name, body) => {
    expect(commandsOf(body)).toEqual([]);
  });

  it('are five at most, whatever the comment is made of', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('>', '`', '```', '~~~', '<!--', '-->', '/checkmend', ' fix', '\n', '\t', 'x'),
          {
            maxLength: 400,
          },
        ),
        (parts) => {
          expect(commandsOf(parts.join('')).length).toBeLessThanOrEqual(5);
        },
      ),
    );
    expect(commandsOf(`${'> a\n'.repeat(200_000)}/checkmend fix`)).toEqual([]);
    expect(commandsOf(`${'`\n'.repeat(15_000)}/checkmend fix`)).toEqual(['fix']);
  });
});

describe('a comment', () => {
  const event = (changes: object = {}, issue: object = { pull_request: { url: 'x' } }) =>
    issueCommentEvent.parse({
      action: 'created',
      issue: { number: 3, ...issue },
      comment: {
        id: 81,
        body: '/checkmend why',
        created_at: '2026-01-01T00:00:00Z',
        user: { login: 'ann', type: 'User' },
        ...changes,
      },
      repository: { id: 9, name: 'shop', owner: { login: 'acme' } },
      installation: { id: 1 },
    });
  const context = { appId: '7', now: Date.UTC(2026, 0, 2), correlationId: 'guid-1', priorityDelta: 0 };

  it('with a command asks for it in the name of its author', () => {
    const { messages, about } = issueCommentHandler.decide(event(), context);
    expect(messages.map(({ queue, message }) => [queue, message.toWorkerMessage()])).toEqual([
      [
        'fix_applicator',
        expect.objectContaining({
          id: 'request_9_81_why',
          type: 'answer_request',
          priority: 13,
          timestamp: Date.UTC(2026, 0, 1),
          groupKey: '9:3',
          payload: expect.objectContaining({
            pr_number: 3,
            comment_id: '81',
            verb: 'why',
            requested_by: 'ann',
          }),
        }),
      ],
    ]);
    expect(about).toMatchObject({ prNumber: 3, sentence: 'ann commented "/checkmend why"' });
  });

  it('with several asks for each', () => {
    const { messages } = issueCommentHandler.decide(
      event({ body: '/checkmend resume\n/checkmend fix' }),
      context,
    );
    expect(messages.map(({ message }) => message.id)).toEqual(['request_9_81_resume', 'request_9_81_fix']);
  });

  it.each([
    [event({}, {}), 'no_pull_request'],
    [event({}, { pull_request: null }), 'no_pull_request'],
    [event({ user: { login: 'checkmend[bot]', type: 'Bot' } }), 'no_person'],
    [event({ user: { login: 'robot[bot]' } }), 'no_person'],
    [event({ user: null }), 'no_person'],
    [event({ body: null }), 'no_command'],
    [event({ body: 'thanks' }), 'no_command'],
    [{ ...event(), action: 'edited' }, 'action_ignored'],
    [{ ...event(), installation: undefined }, 'no_installation'],
  ])('that is not for us leads to nothing (%#)', (payload, reason) => {
    expect(issueCommentHandler.decide(payload, context)).toEqual({ messages: [], reason });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { emitterEventNames } from '@octokit/webhooks';
import { describe, expect, it } from 'vitest';
import { permissionsPage } from '../../scripts/permissions-page.ts';
import { EVENT_SHAPES } from '../../src/events/payloads.ts';
import { appManifest } from '../../src/github/manifest.ts';
import {
  handledEvents,
  lacks,
  leastPermissions,
  permissionOf,
  subscribedEvents,
} from '../../src/github/permissions.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('the table of permissions', () => {
  it('is what docs/permissions.md says', () => {
    expect(text('docs/permissions.md')).toBe(permissionsPage());
  });

  it('has every event that is handled, and no other', () => {
    expect(handledEvents()).toEqual(Object.keys(EVENT_SHAPES).toSorted());
    const documented = new Set(emitterEventNames.map((name) => name.split('.')[0]));
    for (const event of handledEvents()) expect(documented).toContain(event);
    expect(JSON.parse(text('smee.config.json')).events.toSorted()).toEqual(handledEvents());
  });

  it('asks for the least: no permission twice, and none that changes workflows or settings', () => {
    expect(leastPermissions()).toEqual({
      actions: 'write',
      checks: 'write',
      contents: 'write',
      issues: 'write',
      metadata: 'read',
      pull_requests: 'write',
    });
  });

  it('makes the manifest, without the events that GitHub refuses there', () => {
    const urls = {
      url: 'https://a.test',
      hookUrl: 'https://a.test/hook',
      redirectUrl: 'http://127.0.0.1:1/',
    };
    const manifest = appManifest({ name: 'mine', ...urls });
    expect(manifest).toMatchObject({
      public: false,
      hook_attributes: { url: urls.hookUrl, active: true },
      default_permissions: leastPermissions(),
      default_events: subscribedEvents(),
    });
    expect(subscribedEvents()).not.toContain('installation');
    expect(subscribedEvents()).toContain('check_run');
  });

  it('words what is missing', () => {
    expect(permissionOf('follow_pull_requests')).toBe('Pull requests: read');
    expect(lacks('commit')).toBe('the App lacks the permission "Contents: write"');
    expect(lacks('see_checks', 'read_policy', 'see_checks')).toBe(
      'the App lacks one of the permissions "Checks: read" and "Contents: read"',
    );
  });

  it('is the only place that words them', () => {
    const worded = /["'`](?:Actions|Checks|Contents|Issues|Pull requests): (?:read|write)/;
    const files = ['src', 'workers', 'handlers'].flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(folder, file)),
    );
    const offenders = files.filter((file) => {
      // Comments may give examples.
      const code = text(file).replace(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
      return worded.test(code);
    });
    expect(offenders).toEqual([]);
  });
});

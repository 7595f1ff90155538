import type { Caller } from '../types.ts';
import { matcher } from './filters.ts';
import type { LaunchTemplate } from './types.ts';
import { fail, objectOf, pageOf, required, tagSet, tagSpecification, textOf, textsOf, type Wire } from './wire.ts';
import { isVisible, newEntity, once, visible, type World } from './world.ts';

/** Raw user data may have 16 KB before it is encoded. */
const maxUserDataBytes = 16_384;

/** By `LaunchTemplateId` or `LaunchTemplateName`. */
export function findTemplate(world: World, input: Wire): LaunchTemplate {
  const id = textOf(input.LaunchTemplateId);
  if (id !== undefined) {
    const found = world.launchTemplates.get(id);
    if (found && isVisible(world, found)) return found;
    return fail(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }
  const name = required(input, 'LaunchTemplateName');
  const found = visible(world, world.launchTemplates).find((one) => one.name === name);
  return (
    found ??
    fail(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${name}, does not exist.`,
    )
  );
}

/** Launch parameters of a version. @throws AwsError InvalidLaunchTemplateId.VersionNotFound */
export function templateVersion(template: LaunchTemplate, version: string | undefined): Wire {
  const number =
    version === undefined || version === '$Default'
      ? 1
      : version === '$Latest'
        ? template.versions.length
        : Number(version);
  const data = template.versions[number - 1];
  return (
    data ??
    fail(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
    )
  );
}

/** @throws AwsError InvalidUserData.Malformed */
export function checkUserData(encoded: string | undefined): void {
  if (encoded === undefined) return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded))
    fail('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  if (Buffer.from(encoded, 'base64').length > maxUserDataBytes) {
    fail('InvalidUserData.Malformed', `User data is limited to ${maxUserDataBytes} bytes`);
  }
}

export function createLaunchTemplate(world: World, input: Wire, by: Caller): unknown {
  return once(world, 'CreateLaunchTemplate', textOf(input.ClientToken), input, () => {
    const name = required(input, 'LaunchTemplateName');
    if ([...world.launchTemplates.values()].some((one) => one.name === name)) {
      fail('InvalidLaunchTemplateName.AlreadyExistsException', `Launch template name already in use: ${name}.`);
    }
    const data = objectOf(input.LaunchTemplateData);
    checkUserData(textOf(data.UserData));
    const entity = newEntity(world, 'lt', by, tagSpecification(input, 'launch-template'), 'configuration');
    const created: LaunchTemplate = { ...entity, name, versions: [data] };
    world.launchTemplates.set(created.id, created);
    return () => ({ launchTemplate: templateItem(created) });
  });
}

export function createLaunchTemplateVersion(world: World, input: Wire): unknown {
  return once(world, 'CreateLaunchTemplateVersion', textOf(input.ClientToken), input, () => {
    const template = findTemplate(world, input);
    const source = textOf(input.SourceVersion);
    const data = {
      ...(source === undefined ? {} : templateVersion(template, source)),
      ...objectOf(input.LaunchTemplateData),
    };
    checkUserData(textOf(data.UserData));
    const number = template.versions.push(data);
    return () => ({ launchTemplateVersion: versionItem(template, number) });
  });
}

export function deleteLaunchTemplate(world: World, input: Wire): unknown {
  const template = findTemplate(world, input);
  world.launchTemplates.delete(template.id);
  return { launchTemplate: templateItem(template) };
}

export function describeLaunchTemplates(world: World, input: Wire): unknown {
  const ids = textsOf(input.LaunchTemplateId).map((LaunchTemplateId) => findTemplate(world, { LaunchTemplateId }));
  const names = textsOf(input.LaunchTemplateName).map((LaunchTemplateName) =>
    findTemplate(world, { LaunchTemplateName }),
  );
  const named = [...ids, ...names];
  const matches = matcher<LaunchTemplate>(input, { 'launch-template-name': (one) => [one.name] }, (one) => one.tags);
  const found = (named.length > 0 ? named : visible(world, world.launchTemplates)).filter(matches);
  const { page, next } = pageOf(found, Number(input.MaxResults ?? 200), textOf(input.NextToken));
  return { launchTemplates: { item: page.map(templateItem) }, nextToken: next };
}

export function describeLaunchTemplateVersions(world: World, input: Wire): unknown {
  const template = findTemplate(world, input);
  const asked = textsOf(input.LaunchTemplateVersion);
  const all = template.versions.map((_, index) => String(index + 1));
  const numbers = asked.length === 0 ? all : asked;
  for (const version of numbers) templateVersion(template, version);
  const resolve = (version: string) =>
    version === '$Latest' ? template.versions.length : version === '$Default' ? 1 : Number(version);
  return { launchTemplateVersionSet: { item: numbers.map((version) => versionItem(template, resolve(version))) } };
}

const templateItem = (template: LaunchTemplate) => ({
  launchTemplateId: template.id,
  launchTemplateName: template.name,
  createTime: new Date(template.createdAt).toISOString(),
  createdBy: template.createdBy.arn,
  defaultVersionNumber: 1,
  latestVersionNumber: template.versions.length,
  tagSet: tagSet(template.tags),
});

const versionItem = (template: LaunchTemplate, number: number) => ({
  launchTemplateId: template.id,
  launchTemplateName: template.name,
  versionNumber: number,
  defaultVersion: number === 1,
  createTime: new Date(template.createdAt).toISOString(),
  launchTemplateData: {
    imageId: textOf(template.versions[number - 1]?.ImageId),
    instanceType: textOf(template.versions[number - 1]?.InstanceType),
    userData: textOf(template.versions[number - 1]?.UserData),
  },
});

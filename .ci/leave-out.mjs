// Removes from an assembly's templates what ministack 1.5.33 can't do, by name, and lists it. A rule that finds
// nothing fails: it could hide something that comes later.
//   node .ci/leave-out.mjs ASSEMBLY
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// What is removed: resources, and an attribute, which is written in another way.
const resources = {
  'rotation schedules': r => r.Type === 'AWS::SecretsManager::RotationSchedule',
  'saved queries': r => r.Type === 'AWS::Logs::QueryDefinition',
  'alarms on metric math': r => r.Type === 'AWS::CloudWatch::Alarm' && r.Properties.Metrics !== undefined,
}
const attribute = "GetAtt ProviderURL of a user pool (written as https:// and ProviderName)"

const met = new Map([...Object.keys(resources), attribute].map(rule => [rule, []]))

function withoutResources(template, stack) {
  for (const [id, resource] of Object.entries(template.Resources)) {
    const rule = Object.keys(resources).find(name => resources[name](resource))
    if (rule === undefined) continue
    delete template.Resources[id]
    met.get(rule).push(`${stack}/${id}`)
  }
}

// Rewrites every GetAtt of ProviderURL under value.
function withoutAttribute(value, stack) {
  if (Array.isArray(value)) return value.map(v => withoutAttribute(v, stack))
  if (value === null || typeof value !== 'object') return value
  if (value['Fn::GetAtt']?.[1] === 'ProviderURL') {
    met.get(attribute).push(stack)
    return { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [value['Fn::GetAtt'][0], 'ProviderName'] }]] }
  }
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, withoutAttribute(v, stack)]))
}

const assembly = process.argv[2]
const templates = readdirSync(assembly, { recursive: true }).filter(file => file.endsWith('.template.json'))
for (const file of templates) {
  const path = join(assembly, file)
  const stack = file.replace(/^.*\//, '').replace('.template.json', '')
  const template = JSON.parse(readFileSync(path, 'utf8'))
  withoutResources(template, stack)
  writeFileSync(path, JSON.stringify(withoutAttribute(template, stack), null, 1))
}
for (const [rule, places] of met) {
  if (places.length === 0) throw new Error(`${rule}: nothing to leave out, so remove the rule`)
  console.log(`left out: ${rule}: ${[...new Set(places)].join(', ')}`)
}

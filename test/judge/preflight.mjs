// Runs cdk-preflight over templates that are written already, as the plugin that it gives a CDK app: enforcing, and
// strict, which adds the errors of the engine's own rules. All templates share one process and, with the same account
// and Region, one compiled set of rules.
//
// stdin: [{"account": "…", "region": "…", "templates": [file, …]}, …]; stdout: [{"rule", "file", "at", "text"}, …].
// The first argument is the folder that has node_modules.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.argv[2], 'package.json'))
const { App } = require('aws-cdk-lib')
const { Preflight } = require('cdk-preflight')

const app = new App({ analyticsReporting: false })
Preflight.apply(app, { enforce: true, strict: true })
const plugins = app._validationPlugins.filter(plugin => plugin.name === 'cdk-preflight')
if (plugins.length !== 1) throw new Error(`cdk-preflight has ${plugins.length} plugins in the app`)

const findings = []
for (const { account, region, templates } of JSON.parse(readFileSync(0, 'utf8'))) {
  const { violations } = plugins[0].validate({
    appConstruct: app,
    accountId: account,
    region,
    templatePaths: templates,
    stackTemplates: templates.map(file => ({ templatePath: file, stackConstructPath: file })),
  })
  for (const { ruleName, description, violatingResources } of violations) {
    for (const { resourceLogicalId, templatePath, locations } of violatingResources) {
      const text = `${description} (${(locations ?? []).join(', ')})`
      findings.push({ rule: ruleName, file: templatePath, at: resourceLogicalId ?? '', text })
    }
  }
}
process.stdout.write(JSON.stringify(findings))

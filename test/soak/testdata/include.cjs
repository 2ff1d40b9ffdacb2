// A CDK app without jsii and without functions: it includes the templates that its
// arguments name, and validates them as cdk.json says. It is the least that a synth of
// these templates takes with this version of aws-cdk-lib.
const { App, DefaultStackSynthesizer, Stack } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');

const app = new App();
process.argv.slice(2).forEach((templateFile, i) => {
  const stack = new Stack(app, `Stack${i}`, {
    env: { region: 'ap-northeast-1' },
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }), // the template has it
  });
  new CfnInclude(stack, 'Template', { templateFile });
});
app.synth();

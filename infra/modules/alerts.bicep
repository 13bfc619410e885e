// Alerts on what the app really writes: a test finds every quoted text and function name in the code.
// Each query gives rows when something is wrong, and none when all is well. `mute` is never shorter than `frequency`:
// Azure refuses that. Source: https://github.com/Azure/azure-cli/issues/26581

@description('End of the names.')
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Application Insights, whose tables are asked.')
param insightsId string

@description('A canary is configured: its silence is an alarm.')
param hasCanary bool

@description('Mail address that alerts go to; empty = they show in the portal only.')
param address string

var rules = [
  {
    name: 'poison-not-empty'
    title: 'Work failed five times and was given up'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    mute: 'PT1H'
    query: '''
requests
| where name in ("abandon_check", "abandon_sweep", "abandon_notice")
'''
  }
  {
    name: 'no-sweep'
    title: 'A feed was not walked to its end in 30 hours'
    severity: 1
    frequency: 'PT1H'
    window: 'P2D'
    mute: 'PT6H'
    // The feeds that ended, against those that sweeps began with. A day, and six hours for a walk: a sweep of the last
    // hours may still be under way. The least number of the earlier ones counts no feed that came or went meanwhile.
    query: '''
let begun = toscalar(traces | where message startswith "sweep begun" and timestamp between (ago(30h) .. ago(6h)) | summarize min(toint(extract("feeds=([0-9]+)", 1, message))));
traces
| where message startswith "feed swept" and timestamp > ago(30h)
| summarize by feed = extract("feed=(.*) packages=", 1, message)
| summarize ended = count()
| where ended == 0 or ended < begun
'''
  }
  {
    name: 'watch-silent'
    title: 'No look at feeds or at registries in an hour'
    severity: 1
    frequency: 'PT15M'
    window: 'PT1H'
    mute: 'PT1H'
    query: '''
traces
| summarize feeds = countif(message startswith "feeds watched"), registries = countif(message startswith "registries watched")
| where feeds == 0 or registries == 0
'''
  }
  {
    name: 'watch-lag'
    title: 'A registry could not be followed for an hour'
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
    mute: 'PT1H'
    query: '''
let looks = toscalar(traces | where message startswith "registries watched" | count);
traces
| where message startswith "registry not followed"
| summarize failures = count() by source = extract("source=('[^']*'|[^ ]+)", 1, message)
| where failures >= max_of(looks, 3)
'''
  }
  {
    name: 'protection-not-holding'
    title: 'A feed serves an external version although it is set not to'
    severity: 0
    frequency: 'PT5M'
    window: 'PT5M'
    mute: 'PT1H'
    query: '''
traces
| where message matches regex "^notice [^ ]+ protection-not-holding:"
'''
  }
  {
    name: 'server-errors'
    title: 'The app answered with a server error'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    mute: 'PT1H'
    query: '''
requests
| where toint(resultCode) >= 500 and name != "ready"
'''
  }
  {
    name: 'notices-failing'
    title: 'People cannot be told'
    severity: 1
    frequency: 'PT15M'
    window: 'PT1H'
    mute: 'PT1H'
    query: '''
traces
| summarize lost = countif(message startswith "letter given up on an outlet" or message startswith "notice not sent"), refused = countif(message startswith "letter not taken")
| where lost > 0 or refused >= 5
'''
  }
  {
    name: 'policy-off'
    title: 'Additional protections are off for the organization: Auto blocks nothing'
    severity: 0
    frequency: 'PT5M'
    window: 'PT5M'
    mute: 'PT1H'
    query: '''
traces
| where (message startswith "the organization's policy is seen anew" and message has "policy=off") or message matches regex "^notice [^ ]+ organization-policy-off:"
'''
  }
  {
    name: 'no-digest'
    title: 'The audit trail was not sealed in two days'
    severity: 2
    frequency: 'PT6H'
    window: 'P2D'
    mute: 'P1D'
    query: '''
traces
| summarize written = countif(message startswith "chains sealed")
| where written == 0
'''
  }
  {
    name: 'hooks-not-delivering'
    title: 'Service hooks do not deliver'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    mute: 'PT1H'
    query: '''
traces
| where message matches regex "^notice [^ ]+ hooks-not-delivering:"
'''
  }
  {
    name: 'canary-overdue'
    title: 'The canary was not found and protected in time'
    severity: 1
    frequency: 'PT15M'
    window: 'PT15M'
    mute: 'PT1H'
    query: '''
traces
| where message startswith "canary overdue"
'''
  }
  {
    name: 'canary-silent'
    title: 'No canary was protected in 28 hours'
    severity: 1
    frequency: 'PT1H'
    window: 'P2D'
    mute: 'PT1H'
    query: '''
traces
| where timestamp > ago(28h)
| summarize protected = countif(message startswith "canary protected")
| where protected == 0
'''
  }
]

resource receivers 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-feedwarden-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'feedwarden'
    emailReceivers: empty(address) ? [] : [
      {
        name: 'operator'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [for rule in rules: {
  name: 'alert-${rule.name}-${suffix}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    // Where there is no canary, its silence means nothing.
    enabled: hasCanary || rule.name != 'canary-silent'
    displayName: 'Feedwarden: ${rule.title}'
    description: 'What it means and what to do: docs/deployment.md, section Alerts.'
    severity: rule.severity
    evaluationFrequency: rule.frequency
    windowSize: rule.window
    scopes: [
      insightsId
    ]
    autoMitigate: false
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    // A state that lasts is told once in this time, not with every look.
    muteActionsDuration: rule.mute
    actions: {
      actionGroups: [
        receivers.id
      ]
    }
  }
}]

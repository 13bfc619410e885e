// The function app on Flex Consumption: HTTPS and TLS 1.2 only, no FTP, no publishing passwords.

@description('Name of the app, unique in the world.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of the identity that the app runs as.')
param identityId string

@description('Client id of the same identity.')
param identityClientId string

@description('The platform\'s own storage account; holds the package.')
param hostAccountName string

@description('Container that holds the package.')
param packageContainer string

@description('The account of register, audit chains and queues.')
param auditAccountName string

@description('Container of the daily digests.')
param digestContainer string

@description('Vault of the secrets.')
param vaultName string

@description('Address of Application Insights; grants nothing.')
param insightsConnection string

@description('Client id of the app registration through which people sign in.')
param signInClientId string

@description('Azure DevOps organization.')
param organization string

@description('Settings by name, where they differ from the defaults; no secrets.')
param settings object

@description('Owners can allow external versions; the vault holds approval-keys.')
param useApprovals bool

@description('The vault holds teams-webhook-url.')
param useTeams bool

@description('The vault holds smtp-url.')
param useMail bool

@description('The vault holds azure-devops-pat.')
param usePersonalAccessToken bool

@description('Subnet for everything that the app asks; empty = the public network.')
param subnetId string

@description('Workspace for the host log.')
param workspaceId string

// The same as in pyproject.toml; requirements.txt pins the worker that runs on it.
var pythonVersion = '3.13'

resource hostAccount 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostAccountName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'feedwarden'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Webhooks come from outside; what they may do is decided by their signatures.
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      remoteDebuggingEnabled: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostAccount.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        // In MB. A sweep stays below 256 MiB, but shares its instance with whatever else runs.
        instanceMemoryMB: 2048
        // The least that is allowed: what Azure DevOps answers is the limit long before this one.
        maximumInstanceCount: 40
      }
    }
  }
}

resource ftpPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scmPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

// Also when Application Insights takes nothing (a missing role, a wrong setting), the host's own log says why.
resource trace 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'trace'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
  }
}

module appSettings 'app-settings.bicep' = {
  name: 'app-settings'
  params: {
    appName: app.name
    hostName: app.properties.defaultHostName
    identityClientId: identityClientId
    hostAccountName: hostAccountName
    auditAccountName: auditAccountName
    digestContainer: digestContainer
    vaultName: vaultName
    insightsConnection: insightsConnection
    organization: organization
    settings: settings
    useApprovals: useApprovals
    useTeams: useTeams
    useMail: useMail
    usePersonalAccessToken: usePersonalAccessToken
  }
}

module signIn 'sign-in.bicep' = {
  name: 'sign-in'
  params: {
    appName: app.name
    clientId: signInClientId
  }
  // It refers to a setting; the two must not be written at the same time.
  dependsOn: [
    appSettings
  ]
}

output name string = app.name
output hostName string = app.properties.defaultHostName

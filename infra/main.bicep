// Feedwarden in Azure: one resource group with everything in it, and no key anywhere.
//
// The scope is the subscription, so that one command makes the resource group too, and the group holds nothing else.
// Only plain Bicep is used (no registry modules, no extensions): the tests read these files without the compiler.
targetScope = 'subscription'

@minLength(1)
@maxLength(32)
@description('Name of the azd environment: it names the resource group, and makes all other names unique.')
param environmentName string

@minLength(1)
@description('Region of everything. Flex Consumption must be offered there.')
param location string

@minLength(1)
@description('Azure DevOps organization that is guarded: `contoso` of https://dev.azure.com/contoso.')
param organization string

@minLength(1)
@description('Client id of the app registration through which people sign in. It has no default: without sign-in nobody would strip forged identity headers from requests.')
param signInClientId string

@description('Settings of the app by name, as README lists them, where they differ from the defaults. Never put a secret here.')
param settings object = {}

@description('Let owners of feeds allow external versions: the vault then holds the secret approval-keys. False: nobody can allow anything.')
param useApprovals bool = true

@description('Post to Teams: the vault then holds the secret teams-webhook-url.')
param useTeams bool = false

@description('Send mails: the vault then holds the secret smtp-url.')
param useMail bool = false

@description('Sign in to Azure DevOps with a personal access token instead of the managed identity: the vault then holds the secret azure-devops-pat.')
param usePersonalAccessToken bool = false

@description('Reach storage and vault through private endpoints only. They can then not be reached from outside the virtual network, also not by an operator, unless operatorAddress lets one in.')
param usePrivateNetwork bool = false

@description('With usePrivateNetwork: public IPv4 address from which audit storage and vault can be reached all the same, for as long as an operator works there; empty = none.')
param operatorAddress string = ''

@description('Address range of the virtual network; at least a /25.')
param networkRange string = '10.90.0.0/24'

@description('Mail address that alerts go to; empty = alerts show in the portal only.')
param alertAddress string = ''

@minValue(1)
@maxValue(3650)
@description('How many days the daily digests of the audit trail cannot be changed or deleted.')
param digestRetentionDays int = 400

@description('The policy that keeps the digests was locked: it is then not written any more, since Azure would refuse.')
param digestsAreLocked bool = false

@minValue(30)
@maxValue(730)
@description('How many days logs are kept.')
param logRetentionDays int = 90

@description('Object id of the person or group that runs Feedwarden: may write secrets and read the audit trail. Empty = nobody; who deploys is no operator by that.')
param operatorPrincipalId string = ''

@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
@description('What operatorPrincipalId is.')
param operatorPrincipalType string = 'User'

@description('More tags for every resource.')
param extraTags object = {}

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = union(extraTags, {
  'azd-env-name': environmentName
  application: 'feedwarden'
})
var packageContainer = 'app-package'
var digestContainer = 'audit-digests'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-feedwarden-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    suffix: token
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

// The platform's own account: its role there is wide (it owns blobs), so nothing of ours lies in it but the package.
module hostStorage 'modules/storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: 'sthost${token}'
    location: location
    tags: tags
    containers: [
      packageContainer
    ]
    queues: []
    privateOnly: usePrivateNetwork
    operatorAddress: ''
  }
}

// Our account: register, audit chains, queues, digests.
module audit 'modules/audit.bicep' = {
  name: 'audit'
  scope: group
  params: {
    name: 'staudit${token}'
    location: location
    tags: tags
    digestContainer: digestContainer
    retentionDays: digestRetentionDays
    digestsAreLocked: digestsAreLocked
    privateOnly: usePrivateNetwork
    operatorAddress: operatorAddress
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-fw-${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    privateOnly: usePrivateNetwork
    operatorAddress: operatorAddress
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    appPrincipalId: identity.outputs.principalId
    hostAccountName: hostStorage.outputs.name
    auditAccountName: audit.outputs.name
    digestContainer: digestContainer
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
  }
}

module network 'modules/network.bicep' = if (usePrivateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-feedwarden-${token}'
    location: location
    tags: tags
    range: networkRange
    hostAccountId: hostStorage.outputs.id
    auditAccountId: audit.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: 'func-feedwarden-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostAccountName: hostStorage.outputs.name
    packageContainer: packageContainer
    auditAccountName: audit.outputs.name
    digestContainer: digestContainer
    vaultName: vault.outputs.name
    insightsConnection: monitoring.outputs.insightsConnection
    workspaceId: monitoring.outputs.workspaceId
    subnetId: usePrivateNetwork ? network.outputs.appSubnetId : ''
    signInClientId: signInClientId
    organization: organization
    settings: settings
    useApprovals: useApprovals
    useTeams: useTeams
    useMail: useMail
    usePersonalAccessToken: usePersonalAccessToken
  }
  // The platform reads package, host storage and vault as soon as the app is there.
  dependsOn: [
    roles
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    suffix: token
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    hasCanary: contains(settings, 'CANARY_FEED') && !empty(settings.CANARY_FEED)
    address: alertAddress
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = subscription().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output FEEDWARDEN_APP_NAME string = app.outputs.name
output FEEDWARDEN_ADDRESS string = 'https://${app.outputs.hostName}'
output FEEDWARDEN_REDIRECT string = 'https://${app.outputs.hostName}/.auth/login/aad/callback'
output FEEDWARDEN_IDENTITY_NAME string = identity.outputs.name
output FEEDWARDEN_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output FEEDWARDEN_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output FEEDWARDEN_VAULT string = vault.outputs.name
output FEEDWARDEN_AUDIT_ACCOUNT string = audit.outputs.name

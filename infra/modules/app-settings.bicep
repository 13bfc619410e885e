// Every setting of the app, by name. A test compares the names with SETTINGS of shared/settings.py.
//
// STORAGE_CONNECTION itself must not be here: an exact match would win over the identity below it.
// Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#connections
// FUNCTIONS_WORKER_RUNTIME neither: on Flex Consumption the app's runtime says it.

@description('Name of the function app.')
param appName string

@description('Host name of the function app.')
param hostName string

@description('Client id of the identity that the app runs as.')
param identityClientId string

@description('The platform\'s own storage account.')
param hostAccountName string

@description('The account of register, audit chains and queues.')
param auditAccountName string

@description('Container of the daily digests.')
param digestContainer string

@description('Vault of the secrets.')
param vaultName string

@description('Address of Application Insights; grants nothing.')
param insightsConnection string

@description('Azure DevOps organization.')
param organization string

@description('Owners can allow external versions; the vault holds approval-keys.')
param useApprovals bool

@description('The vault holds teams-webhook-url.')
param useTeams bool

@description('The vault holds smtp-url.')
param useMail bool

@description('The vault holds azure-devops-pat.')
param usePersonalAccessToken bool

@description('Settings by name, where they differ from ownSettings; no secrets.')
param settings object

// Empty = the default that README gives. The schedules have none; these are those of local.settings.sample.json.
var ownSettings = {
  AZURE_DEVOPS_ORGANIZATION: organization
  AZURE_DEVOPS_URL: ''
  AZURE_DEVOPS_FEEDS_URL: ''
  AZURE_DEVOPS_PACKAGES_URL: ''
  AZURE_DEVOPS_IDENTITY_URL: ''
  POLICY_FILE: ''
  MODE: 'audit'
  CONTACT: ''
  ALLOWED_REGISTRY_HOSTS: ''
  NPM_REPLICATION_URL: ''
  NPM_REPLICATION_OF: ''
  CARGO_FEED_URL: ''
  OSV_URL: ''
  DISCLOSE_NAMES: ''
  MAIL_FROM: ''
  PUBLIC_BASE_URL: 'https://${hostName}'
  CANARY_FEED: ''
  CANARY_PACKAGE: ''
  WATCH_SCHEDULE: '0 * * * * *'
  SWEEP_SCHEDULE: '0 0 */6 * * *'
  AUDIT_DIGESTS_URL: 'https://${auditAccountName}.blob.${environment().suffixes.storage}/${digestContainer}'
}

// A reference without a version follows a new secret within a day, or when it is told to; a restart fetches nothing.
// One that leads nowhere would reach the app as its own text: what is not used is empty instead.
// Source: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
var secretSettings = {
  HOOK_SECRETS: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=hook-secrets)'
  APPROVAL_KEYS: useApprovals ? '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=approval-keys)' : ''
  AZURE_DEVOPS_PAT: usePersonalAccessToken ? '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=azure-devops-pat)' : ''
  TEAMS_WEBHOOK_URL: useTeams ? '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=teams-webhook-url)' : ''
  SMTP_URL: useMail ? '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=smtp-url)' : ''
}

// What the platform and the identity dictate; nothing overrules it.
var fixedSettings = {
  AZURE_CLIENT_ID: identityClientId
  ENTRA_TENANT_ID: subscription().tenantId
  STORAGE_CONNECTION__accountName: auditAccountName
  STORAGE_CONNECTION__queueServiceUri: 'https://${auditAccountName}.queue.${environment().suffixes.storage}'
  STORAGE_CONNECTION__credential: 'managedidentity'
  STORAGE_CONNECTION__clientId: identityClientId
  AzureWebJobsStorage__accountName: hostAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // Sign-in proves itself with the identity instead of a client secret: sign-in.bicep names this setting.
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
}

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(ownSettings, settings, secretSettings, fixedSettings)
}

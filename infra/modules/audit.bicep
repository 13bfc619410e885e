// The account of register, audit chains, queues and digests, and what makes it worth its name: it cannot be deleted by
// accident, its digests cannot be changed by anybody once their policy is locked, and who writes to it leaves a trace.

@minLength(3)
@maxLength(24)
@description('Name of the account, unique in the world.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Reachable through private endpoints only.')
param privateOnly bool

@description('Container of the daily digests.')
param digestContainer string

@minValue(1)
@description('How many days a digest cannot be changed or deleted.')
param retentionDays int

@description('The policy of the digests is locked already.')
param digestsAreLocked bool

@description('Public IPv4 address that is let in although privateOnly; empty = none.')
param operatorAddress string

@description('Workspace for the trace.')
param workspaceId string

module storage 'storage.bicep' = {
  name: 'audit-storage'
  params: {
    name: name
    location: location
    tags: tags
    containers: [
      digestContainer
    ]
    queues: [
      'package-checks'
      'package-checks-poison'
      'feed-sweeps'
      'feed-sweeps-poison'
      'notices'
      'notices-poison'
    ]
    privateOnly: privateOnly
    operatorAddress: operatorAddress
  }
}

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' existing = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' existing = {
  parent: account
  name: 'default'
}

resource digests 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  parent: blobs
  name: digestContainer
}

// Unlocked when it is made, so that a trial can be taken down again; docs/deployment.md says how to lock it, which
// nobody can undo. A locked one can only be extended, and so is not written again.
// Source: https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies
resource immutability 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = if (!digestsAreLocked) {
  parent: digests
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: retentionDays
    // A digest is written once and whole.
    allowProtectedAppendWrites: false
  }
  dependsOn: [
    storage
  ]
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'keep-the-audit-trail'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Register, audit chains and digests of Feedwarden. Remove this lock only to take Feedwarden down.'
  }
  dependsOn: [
    storage
  ]
}

resource tableTrace 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'trace'
  scope: tables
  properties: {
    workspaceId: workspaceId
    // Reads are many and tell nothing that matters; our own writes are few, others' writes are what is looked for.
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
  dependsOn: [
    storage
  ]
}

resource blobTrace 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'trace'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
  dependsOn: [
    storage
  ]
}

output id string = storage.outputs.id
output name string = storage.outputs.name

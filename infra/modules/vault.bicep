// The vault of the few secrets that there are: roles instead of access policies, and nothing is gone for good.

@minLength(3)
@maxLength(24)
@description('Name of the vault, unique in the world.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Workspace for the trace of who read what.')
param workspaceId string

@description('Reachable through private endpoints only.')
param privateOnly bool

@description('Public IPv4 address that is let in although privateOnly; empty = none.')
param operatorAddress string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: privateOnly && empty(operatorAddress) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateOnly ? 'Deny' : 'Allow'
      ipRules: empty(operatorAddress) ? [] : [
        {
          value: operatorAddress
        }
      ]
    }
  }
}

resource trace 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'trace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

output id string = vault.id
output name string = vault.name

// The optional virtual network: the app goes out through one subnet, storage and vault are reached in another.

@description('Name of the network.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Address range; two subnets are cut from it.')
param range string

@description('The platform\'s own storage account.')
param hostAccountId string

@description('The account of register, audit chains and queues.')
param auditAccountId string

@description('Vault of the secrets.')
param vaultId string

var storageSuffix = environment().suffixes.storage
// The order matters: the endpoints below count from 0.
var zoneNames = [
  'privatelink.blob.${storageSuffix}'
  'privatelink.queue.${storageSuffix}'
  'privatelink.table.${storageSuffix}'
  'privatelink.vaultcore.azure.net'
]
var targets = [
  {
    name: 'host-blob'
    resourceId: hostAccountId
    group: 'blob'
    zone: 0
  }
  {
    name: 'audit-blob'
    resourceId: auditAccountId
    group: 'blob'
    zone: 0
  }
  {
    name: 'audit-queue'
    resourceId: auditAccountId
    group: 'queue'
    zone: 1
  }
  {
    name: 'audit-table'
    resourceId: auditAccountId
    group: 'table'
    zone: 2
  }
  {
    name: 'vault'
    resourceId: vaultId
    group: 'vault'
    zone: 3
  }
]

resource network 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        range
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(range, 26, 0)
          // Flex Consumption asks for this delegation.
          // Source: https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(range, 26, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [for zoneName in zoneNames: {
  name: zoneName
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (zoneName, i) in zoneNames: {
  parent: zones[i]
  name: name
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}]

resource endpoints 'Microsoft.Network/privateEndpoints@2024-01-01' = [for target in targets: {
  name: 'pe-${target.name}-${name}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: network.properties.subnets[1].id
    }
    privateLinkServiceConnections: [
      {
        name: target.name
        properties: {
          privateLinkServiceId: target.resourceId
          groupIds: [
            target.group
          ]
        }
      }
    ]
  }
}]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-01-01' = [for (target, i) in targets: {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: target.name
        properties: {
          privateDnsZoneId: zones[target.zone].id
        }
      }
    ]
  }
}]

// Named only when its endpoints are there: who goes out through it finds storage and vault.
output appSubnetId string = network.properties.subnets[0].id

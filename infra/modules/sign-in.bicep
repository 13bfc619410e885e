// App Service Authentication with Entra ID, for people of our own tenant.
//
// Anonymous requests pass: webhooks have no Entra identity, and our routes answer 401 themselves. It is always on,
// because it also removes identity headers that a caller made up.

@description('Name of the function app.')
param appName string

@description('Client id of the app registration.')
param clientId string

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource authentication 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          // The tenant stands in the issuer, so no other tenant's tokens are taken.
          openIdIssuer: '${environment().authentication.loginEndpoint}${subscription().tenantId}/v2.0'
          clientId: clientId
          // No secret: the setting of this name holds the client id of the identity that the registration trusts.
          // Source: https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
        }
        validation: {
          allowedAudiences: [
            clientId
            'api://${clientId}'
          ]
        }
      }
    }
    login: {
      // We never call anybody in a person's name, so nobody's tokens are kept.
      tokenStore: {
        enabled: false
      }
    }
  }
}

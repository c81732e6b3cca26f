"""The words of Cin7 Core's API: field names and statuses as cin7.md section 2.2 and the published models give them."""

from collections.abc import Mapping

SALE_STATUSES = (
    "DRAFT", "VOIDED", "ESTIMATING", "ESTIMATED", "ORDERING", "ORDERED", "BACKORDERED", "PICKING", "PICKED", "PACKING",
    "PACKED", "SHIPPING", "INVOICING", "INVOICED", "CREDITED", "COMPLETED", "AUTH_NO_ALLOC", "FULFILLED", "CLOSED",
)  # fmt: skip
STOCK_STATUSES = ("DRAFT", "AUTHORISED", "IN PROGRESS", "IN TRANSIT", "ORDERED", "COMPLETED", "VOIDED")
TRANSACTION_TYPES = (
    "Purchase", "Sale", "MoneySpend", "MoneyReceive", "BankTransfer", "ExpenseClaimTask", "FinishedGoods",
    "InventoryWriteOff", "StockTake", "StockAdjustment", "Journal", "Disassembly", "Depreciation",
)  # fmt: skip

_WORDS = """
Account AccountPayable AccountReceivable Adjustment AdditionalAttributes AdditionalCharges Addresses Allocated Amount
Approach AssemblyInstructionURL AssemblyNumber Attachments AttributeSet AutoAssembly AutoDisassembly Available
AverageCost BOMType BackorderQuantity Barcode BaseAmount BaseCurrency Batch BatchSN BillOfMaterial BillingAddress Bin
BinID Bins BlindReceipt Boxes Brand Brands CardID Carrier Categories Category Class Code Comment Comments COGS
COGSAccount COGSAmount CombinedInvoiceStatus CombinedPackingStatus CombinedPaymentStatus CombinedPickingStatus
CombinedReceivingStatus CombinedShippingStatus CombinedTrackingNumbers CombineAdditionalCharges CompletionDate
Components Contact Contacts Cost CostDistributionType CostPercentage CostingMethod CreateDate CreatedDate Credit
CreditAccountCode CreditNote CreditNoteConversionRate CreditNoteDate CreditNoteInvoiceNumber CreditNoteNumber
CreditNoteStatus CreditNotes Currency CurrencyConversionRate CurrencyRate CustomField1 CustomField2 CustomField3
CustomField4 CustomField5 CustomField6 CustomField7 CustomField8 CustomField9 CustomField10 Customer CustomerCurrency
CustomerID CustomerReference Date Debit DebitAccountCode DefaultAccount DefaultLocation DepartureDate Description
DimensionsUnits Discount DropShip DropShipMode DropShipTaskID DueDate Duration EffectiveDate Email EndDate
EstimatedUnitCost ExistingStockLines ExpectedQuantity ExpenseAccount ExpiryDate ExternalID Fax FixedCost From
FromLocation FulFilmentStatus FulFilmentNumber FulfillmentNumber Fulfilments Height ID InTransit InTransitAccount
InventoryAccount InventoryMovements Invoice InvoiceAmount InvoiceDate InvoiceDueDate InvoiceNumber InvoiceStatus
Invoices InvoicingAndReceivingNumber IsActive IsServiceOnly IsShipped IsSystem IsTaxForPurchase IsTaxForSale
LastModifiedOn LastUpdatedDate Length LinkedFulfillmentNumber LinkedInvoiceNumber Lines Location LocationID
LocationName ManualJournals Memo Method Name Narration NewStockLines NonInventory NonZeroStockOnHandProducts Note Notes
Number OnHand OnOrder Operations Order OrderDate OrderLines OrderLocationID OrderNumber OrderStatus Output Pack Paid
PaidAmount Payments PaymentTerm Phone Pick PickLines PickZones Price PriceTier PriceTiers Product ProductCode
ProductCost ProductHeight ProductID ProductLength ProductName ProductWeight ProductWidth ProductionOrderID
PurchaseTaxRule PutAway Quantity QuantityAvailable QuantityOnHand QuantityToProduce Quote Received ReceivedDate
Reference Refunds RelatedDropShipSaleTask RequiredBy RequiredDate Resources Restock RestockDate RestockLocation
RestockLocationID RevenueAccount RunComponentID RunID Runs SKU SaleID SaleInvoicesTotalAmount SaleOrderDate
SaleOrderNumber SaleTaxRule SalesRepresentative ServiceOnly Ship ShipBy ShipmentDate ShippingAddress ShippingNotes
SkipOrder SkipQuote SourceChannel StartDate Status StockLocators StockOnHand StockReceived StockReceivedStatus
StocktakeNumber Supplier SupplierCurrency SupplierID SupplierSKU Suppliers SystemAccount Tags TaskID Tax TaxCalculation
TaxComponents TaxInclusive TaxPercent TaxRule Terms To ToLocation Total TotalBeforeTax TotalCost TotalQuantity
TrackingNumber Traceability Transaction TransactionID Transactions TransferQuantity Type UOM Unit UnitCost Unstock
UnstockStatus Updated WIPAccount WIPDate WastageQty WastageQuantity Weight WeightUnits Width ZeroStockOnHandProducts
InventoryWriteOffNumber DateCreated DatePaid Default IsPrepayment JobTitle MobilePhone Prepayments TaxNumber
"""
SPELLING: Mapping[str, str] = {word.lower(): word for word in _WORDS.split()}
"""Field names of all depths by their lower case."""
